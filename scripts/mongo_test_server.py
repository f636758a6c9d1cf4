"""SecantusDB as the tests start it, with the arguments of `secantusd-py`.

It keeps the answers of the last 10,000 retryable writes, and looks through all of them at every write: after as many,
each takes ten times as long (0.7.0b3). A driver asks again at once, so that a few hundred do.
"""

import gc
import sys

from secantus import cli, transactions

KEPT_ANSWERS = 500

if not transactions._RETRYABLE_RECORD_MAX > KEPT_ANSWERS:
    raise RuntimeError("SecantusDB keeps its answers in another way now: look whether this file is still of use")
transactions._RETRYABLE_RECORD_MAX = KEPT_ANSWERS
gc.freeze()
sys.exit(cli.main())
