"""Beliefs about who is tough.

Begin with `updating` (`filter_beliefs`: silence and dated public events); `events` holds the
dated events, `draws` many parameter draws at once, and `silence` a stage solved again at every
piece of news.
"""

from collections.abc import Callable
from typing import Any

from negotiation.former_names import former_module

__getattr__: Callable[[str], Any] = former_module(__name__)
