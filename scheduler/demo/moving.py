"""(being written)"""
from datetime import date
from pathlib import Path
def materialise(folder: Path, today: date) -> None: ...
