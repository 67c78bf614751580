"""The spool: readings wait here, durable, until the store behind it has confirmed them.

`spool` takes and gives them, `parcels` is how they lie in the file, `filling` how full it is, `damage` and `salvage`
what becomes of a file that is broken.
"""

from gateway.spool.filling import Filling
from gateway.spool.spool import DEFAULT_MAX_BYTES, Spool, spool_depth

__all__ = ["DEFAULT_MAX_BYTES", "Filling", "Spool", "spool_depth"]
