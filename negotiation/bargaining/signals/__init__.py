"""What talk, silence and public claims reveal.

Begin with `sources` (several sources of unequal reliability). `cheap_talk` is talk without cost,
`persuasion` talk with commitment, and `crisis_signals` signals that cost something.
"""

from collections.abc import Callable
from typing import Any

from negotiation.former_names import former_module

__getattr__: Callable[[str], Any] = former_module(__name__)
