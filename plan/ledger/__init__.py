"""The data ledger: each volume, database and machine disk, the physical disk that it is on, and its copies."""

from plan.ledger.copies import Copy as Copy
from plan.ledger.copies import Kind as Kind
from plan.ledger.entries import Entry as Entry
from plan.ledger.entries import Source as Source
from plan.ledger.entries import State as State
from plan.ledger.entries import counted as counted
from plan.ledger.entries import ledger as ledger
from plan.ledger.losses import Carried as Carried
from plan.ledger.losses import DataEvent as DataEvent
from plan.ledger.losses import DataLoss as DataLoss
from plan.ledger.losses import data_losses as data_losses
from plan.ledger.places import Place as Place
