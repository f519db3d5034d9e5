"""Right-sizing: requests and limits from what containers really used, and nothing cut that was never seen loaded."""

from operations.rightsize.patterns import Pattern as Pattern
from operations.rightsize.patterns import patterns as patterns
from operations.rightsize.size import Amounts as Amounts
from operations.rightsize.size import Confidence as Confidence
from operations.rightsize.size import Policy as Policy
from operations.rightsize.size import Proposal as Proposal
from operations.rightsize.size import propose as propose
from operations.rightsize.stated import Stated as Stated
