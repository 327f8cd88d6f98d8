"""A small world and its tables in the layouts that publishers document.

OECD inter-country tables (editions 2016 to 2023 and Extended), WIOD (release 2016), ITPD-E, BACI.
The accounts of the world are made here, apart from the readers: sales of a sector equal its
inputs, net taxes on them and value added.
"""

from dataclasses import dataclass

import numpy as np

REGIONS = ("USA", "CHN", "MEX")
SECTORS = ("A01", "C26", "SERV")
KINDS = ("HFCE", "GGFC", "GFCF", "INVNT")
WIOD_KINDS = ("CONS_h", "CONS_np", "CONS_g", "GFCF", "INVEN")


@dataclass(frozen=True)
class World:
    """Tables of a world in million USD; axes say what they are.

    ``inputs[exporter, product, importer, using]``, ``final[exporter, product, importer, kind]``,
    ``taxes[importer, using]``, ``value_added[importer, using]``.
    """

    regions: tuple
    sectors: tuple
    kinds: tuple
    inputs: np.ndarray
    final: np.ndarray
    taxes: np.ndarray
    value_added: np.ndarray

    @property
    def flows(self):
        """Sales ``[sector, exporter, importer]`` in billion USD."""
        sold = self.inputs.sum(axis=3) + self.final.sum(axis=3)
        return sold.transpose(1, 0, 2) / 1000

    @property
    def output(self):
        """Sales ``[region, sector]`` in million USD."""
        return self.inputs.sum(axis=(2, 3)) + self.final.sum(axis=(2, 3))

    @property
    def input_shares(self):
        """Inputs over output ``[region, input, using]``."""
        return self.inputs.sum(axis=0).transpose(1, 0, 2) / self.output[:, None, :]


def small_world(seed=1, regions=REGIONS, sectors=SECTORS, kinds=KINDS, inventories=3):
    """A world whose accounts add up, with some inventories that fall."""
    rng = np.random.default_rng(seed)
    n, s, k = len(regions), len(sectors), len(kinds)
    inputs = np.round(rng.uniform(1, 50, (n, s, n, s)), 3)
    final = np.round(rng.uniform(50, 400, (n, s, n, k)), 3)
    final[..., inventories] = np.round(rng.uniform(-20, 10, (n, s, n)), 3)
    index = np.arange(n)
    final[index, :, index] += 3000.0
    taxes = np.round(rng.uniform(-2, 8, (n, s)), 3)
    sold = inputs.sum(axis=(2, 3)) + final.sum(axis=(2, 3))
    added = sold - inputs.sum(axis=(0, 1)) - taxes
    assert (added > 0).all()
    return World(regions, sectors, kinds, inputs, final, taxes, added)


def cell(value):
    """A number as publishers print it."""
    return f"{value:.10g}"


def icio(world, edition="2023", parts=None):
    """An OECD table as csv text; ``parts`` splits a region in two, such as CHN: (CN1, CN2)."""
    parts = parts or {}
    n, s = len(world.regions), len(world.sectors)
    sellers = [
        (i, label, weight)
        for i, region in enumerate(world.regions)
        for label, weight in [(region, float(region not in parts)), *parts.get(region, ())]
    ]
    final = [(m, k) for m in range(n) for k in range(len(world.kinds))]
    if edition == "2016":
        final.sort(key=lambda pair: pair[1])
    heads = {
        "2016": ("DISC",), "2018": ("TOTAL",), "2021": ("TOTAL",), "2023": ("OUT",), "none": (),
    }[edition]  # fmt: skip
    names = ["V1" if edition == "2023" else ""]
    names += [f"{label}_{sector}" for _, label, _ in sellers for sector in world.sectors]
    names += [
        f"{world.kinds[k]}_{world.regions[m]}"
        if edition == "2016"
        else f"{world.regions[m]}_{world.kinds[k]}"
        for m, k in final
    ]
    lines = [",".join([*names, *heads])]
    for i, label, weight in sellers:
        for j, sector in enumerate(world.sectors):
            row = [weight * w * world.inputs[i, j, m, u] for m, _, w in sellers for u in range(s)]
            row += [weight * world.final[i, j, m, k] for m, k in final]
            tail = [0.0] if edition == "2016" else [sum(row)] if heads else []
            lines.append(",".join([f"{label}_{sector}", *map(cell, [*row, *tail])]))
    fill = [0.0] * (len(final) + len(heads))

    def account(table):
        return [w * table[m, u] for m, _, w in sellers for u in range(s)]

    if edition in ("2018", "2021"):
        for m, region in enumerate(world.regions):
            row = [
                w * world.taxes[m2, u] if m2 == m else 0.0 for m2, _, w in sellers for u in range(s)
            ]
            lines.append(",".join([f"{region}_TAXSUB", *map(cell, [*row, *fill])]))
        rows = [("VALU", account(world.value_added)), ("OUTPUT", account(world.output))]
    elif edition == "2016":
        rows = [
            ("VA.TAXSUB", account(world.value_added + world.taxes)), ("OUT", account(world.output)),
        ]  # fmt: skip
    else:
        rows = [
            ("TLS", account(world.taxes)),
            ("VA", account(world.value_added)),
            ("OUT", account(world.output)),
        ]
    lines += [",".join([label, *map(cell, [*row, *fill])]) for label, row in rows]
    return "\n".join(lines) + "\n"


def wiod(world, layout="flat"):
    """A WIOD table (release 2016): flat, as in the .RData and .dta files, or as the worksheet."""
    n, s, k = len(world.regions), len(world.sectors), len(world.kinds)
    places = [(m, u) for m in range(n) for u in range(s)] + [
        (m, s + u) for m in range(n) for u in range(k)
    ]
    rows = []
    for i, region in enumerate(world.regions):
        for j, sector in enumerate(world.sectors):
            bought = [
                world.inputs[i, j, m, u] if u < s else world.final[i, j, m, u - s]
                for m, u in places
            ]
            rows.append(
                ([sector, f"about {sector}", region, len(rows) + 1], [*bought, sum(bought)])
            )
    inputs, zero = world.inputs.sum(axis=(0, 1)), np.zeros((n, s))
    accounts = {
        "II_fob": inputs, "TXSP": world.taxes, "EXP_adj": zero, "PURR": zero, "PURNR": zero,
        "VA": world.value_added, "IntTTM": zero, "GO": world.output,
    }  # fmt: skip
    for label, table in accounts.items():
        values = [table[m, u] if u < s else 0.0 for m, u in places]
        rows.append(([label, f"about {label}", "TOT", len(rows) + 1], [*values, 0.0]))
    if layout == "flat":
        head = ["IndustryCode", "IndustryDescription", "Country", "RNr", "Year"]
        head += [f"{world.regions[m]}{u + 1}" for m, u in places] + ["TOT"]
        body = [[*map(str, labels), "2014", *map(cell, values)] for labels, values in rows]
        return "\n".join(",".join(row) for row in [head, *body]) + "\n"
    codes = [world.sectors[u] if u < s else world.kinds[u - s] for _, u in places]
    blank = [""] * (len(places) + 1)
    heads = [
        ["Intercountry Input-Output Table", "", "", "", *blank],
        ["3 countries in current prices", "", "", "", *blank],
        ["(industry-by-industry)", "", "", "", *codes, "GO"],
        ["(millions of US$)", "", "", "", *(f"about {code}" for code in codes), "Total output"],
        ["", "", "", "", *(world.regions[m] for m, _ in places), "TOT"],
        ["", "", "", "", *(f"c{u + 1}" for _, u in places), f"c{s + k + 1}"],
    ]
    body = [[*map(str, labels[:3]), f"r{labels[3]}", *map(cell, values)] for labels, values in rows]
    return "\n".join(",".join(row) for row in [*heads, *body]) + "\n"


def itpd(world, years=(2018, 2019)):
    """ITPD-E, release 1: million USD, sales at home included."""
    lines = [
        "exporter_iso3,exporter_name,importer_iso3,importer_name,year,industry_id,industry_descr,"
        "broad_sector,trade,flag_mirror,flag_zero"
    ]
    for year in years:
        scale = 1.0 if year == years[-1] else 0.9
        for s, sector in enumerate(world.sectors):
            for x, exporter in enumerate(world.regions):
                for m, importer in enumerate(world.regions):
                    value = float(1000 * scale * world.flows[s, x, m])
                    lines.append(
                        f'{exporter},"Name, of {exporter}",{importer},Name,{year},{sector},'
                        f"about,Goods,{value!r},0,p"
                    )
    return "\n".join(lines) + "\n"


def baci(world, products):
    """BACI: thousand USD by product of the Harmonised System, no sales at home.

    ``products`` has for each sector the codes on which its trade falls in equal parts.
    """
    lines = ["t,i,j,k,v,q"]
    for s, sector in enumerate(world.sectors):
        for code in products[sector]:
            for x in range(len(world.regions)):
                for m in range(len(world.regions)):
                    if x != m:
                        value = float(1e6 * world.flows[s, x, m]) / len(products[sector])
                        lines.append(f"2022,{100 + x},{100 + m},{code},{value!r},")
    return "\n".join(lines) + "\n"
