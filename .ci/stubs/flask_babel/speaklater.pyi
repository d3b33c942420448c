from collections.abc import Callable
from typing import Self

class LazyString(str):
    # It is no str at run time, but is used wherever text is.
    def __new__(cls, func: Callable[..., str], *args: object, **kwargs: object) -> Self: ...
