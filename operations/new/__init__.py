"""The smallest files for a new part of a lab, or for a lab."""

from operations.new.lab import lab_files as lab_files
from operations.new.machine import machine_line as machine_line
from operations.new.project import STACK_NAME as STACK_NAME
from operations.new.project import project_files as project_files
from operations.new.service import NewService as NewService
from operations.new.service import service_text as service_text
