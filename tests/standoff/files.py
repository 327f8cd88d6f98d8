"""Small files of a standoff between regions that the library does not know."""

from pathlib import Path

TRADE = """sector,exporter,importer,value
goods,AAA,AAA,800
goods,AAA,BBB,60
goods,AAA,CCC,40
goods,BBB,AAA,50
goods,BBB,BBB,500
goods,BBB,CCC,30
goods,CCC,AAA,20
goods,CCC,BBB,25
goods,CCC,CCC,900
services,AAA,AAA,1500
services,AAA,BBB,10
services,AAA,CCC,15
services,BBB,AAA,12
services,BBB,BBB,900
services,BBB,CCC,9
services,CCC,AAA,8
services,CCC,BBB,7
services,CCC,CCC,2000
"""
TARIFFS = """importer,exporter,sector,rate
AAA,*,goods,5
BBB,*,goods,8
CCC,*,goods,3
AAA,*,services,0
BBB,*,services,0
CCC,*,services,0
"""
FILE = """title = "AAA and BBB"
sides = ["AAA", "BBB"]
start = 2030-01-01

[economy]
flows = "trade.csv"
unit = "billion USD"
tariffs = "tariffs.csv"
tariffs_unit = "percent"
gdp = { AAA = 1200.0, BBB = 700.0, CCC = 1400.0 }

[[tariffs.steps]]
date = 2030-01-01
imposer = "AAA"
target = "BBB"
added = 0.2
known_on = 2029-12-01
source = "gazette"

[[tariffs.steps]]
date = 2030-02-01
imposer = "BBB"
target = "AAA"
total = 0.18
known_on = 2030-01-20
source = "gazette"

[[tariffs.steps]]
date = 2030-02-01
imposer = "AAA"
target = "CCC"
added = 0.1
known_on = 2030-01-20
source = "gazette"

[[tariffs.threatened]]
imposer = "AAA"
target = "BBB"
added = 0.5
deadline = 2030-03-01
known_on = 2030-02-10
source = "speech"

[[tariffs.exemptions]]
date = 2030-02-15
importer = "AAA"
exporter = "BBB"
sectors = ["goods"]
share = 0.25
residual = 0.04
known_on = 2030-02-12
source = "gazette"

[[instruments]]
name = "licences"
side = "BBB"
instrument = "export_control"
size = 0.5
sectors = ["goods"]
start = 2030-02-01
end = 2030-06-01
known_on = 2030-01-20
source = "gazette"

[[stages]]
name = "cut"
kind = "cut"

[stages.demands.AAA]
rates = { AAA = 0.1, BBB = 0.0 }
known_on = 2030-02-01
source = "speech"

[stages.demands.BBB]
rates = "ideal"
known_on = 2030-02-01
source = "assumption"

[[deadlines]]
name = "end of the pause"
date = 2030-03-01
follows = "rates imposed"
rates = { AAA = 0.5, BBB = { total = 0.18 } }
known_on = 2030-02-10
source = "speech"

[[endings]]
name = "court"
kind = "court"
hazard = 0.5
low = 0.1
high = 2.0
rates = { AAA = 0.0, BBB = 0.1 }
known_on = 2030-01-01
source = "assumption"

[[events]]
date = 2030-02-10
actor = "AAA"
kind = "threat"
event = "Half as much again from March"
likelihood_ratio = [0.5, 2]
known_on = 2030-02-10
source = "speech"

[[moments]]
name = "terms agreed"
date = 2030-02-20
happened = false
known_on = 2030-02-20
source = "press"

[parameters.discount_rate.AAA]
value = 0.08
known_on = 2029-01-01
source = "survey"

[parameters.terms_duration]
value = 1.0
low = 0.5
high = 2.0
known_on = 2030-02-15
source = "assumption"
"""


def write(folder: Path, text: str = FILE, name: str = "own.toml") -> Path:
    """Write the file with its trade and tariffs; returns the file."""
    (folder / "trade.csv").write_text(TRADE, encoding="utf-8")
    (folder / "tariffs.csv").write_text(TARIFFS, encoding="utf-8")
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def swapped(text: str = FILE) -> str:
    """Return the file with the two sides in each other's place, order of sides and all."""
    return text.replace('sides = ["AAA", "BBB"]', 'sides = ["BBB", "AAA"]')
