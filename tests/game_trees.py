"""Game trees of the literature and random ones, for several test files."""

import itertools

import numpy as np

from negotiation.games.extensive_form import ExtensiveFormGame
from negotiation.games.tree import chance, decision, terminal


def entry_deterrence():
    """Selten's chain store, one market: the threat to fight is not credible."""
    return ExtensiveFormGame.from_tree(
        decision(
            0,
            "entrant",
            {
                "out": terminal(0, 2),
                "in": decision(
                    1, "incumbent", {"fight": terminal(-1, -1), "share": terminal(1, 1)}
                ),
            },
        ),
        players=["entrant", "incumbent"],
        title="Entry deterrence",
    )


def forgetful():
    """Its mover forgets having moved: imperfect recall."""
    again = decision(0, "x", {"l": terminal(1, 0), "r": terminal(0, 0)})
    tree = decision(0, "x", {"l": again, "r": terminal(0, 1)})
    return ExtensiveFormGame.from_tree(tree, ["a", "b"])


def centipede(moves):
    """Rosenthal (1981): each pass costs the passer 1 and gives the other side 3."""
    pots = [[1.0, 1.0]]
    for k in range(moves):
        mover = k % 2
        after = list(pots[-1])
        after[mover] -= 1.0
        after[1 - mover] += 3.0
        pots.append(after)
    tree = terminal(*pots[-1])
    for k in reversed(range(moves)):
        tree = decision(k % 2, f"move {k + 1}", {"take": terminal(*pots[k]), "pass": tree})
    return ExtensiveFormGame.from_tree(tree, players=["first", "second"], title="Centipede")


def beer_quiche(strong=0.9):
    """Cho and Kreps (1987): a bully wants to fight the weak, who prefer quiche."""

    def reply(meal, taste, is_strong):
        duel = 0.0 if is_strong else 1.0
        return decision(
            1,
            f"after {meal}",
            {"fight": terminal(taste, duel), "yield": terminal(taste + 2.0, 1.0 - duel)},
        )

    def sender(is_strong):
        return decision(
            0,
            "strong" if is_strong else "weak",
            {
                "beer": reply("beer", float(is_strong), is_strong),
                "quiche": reply("quiche", float(not is_strong), is_strong),
            },
        )

    tree = chance({"strong": (strong, sender(True)), "weak": (1.0 - strong, sender(False))})
    return ExtensiveFormGame.from_tree(tree, players=["sender", "receiver"], title="Beer-quiche")


def crisis(pi_strong, a, w_strong, w_weak, cost_war_B, a_B):
    """Crisis signalling with audience costs: a challenge, resistance, then war or backing down."""

    def challenger(name, war):
        last = decision(
            0,
            f"{name} resisted",
            {"war": terminal(war, 1.0 - cost_war_B), "back down": terminal(-a, 1.0)},
        )
        resist = decision(1, "challenged", {"concede": terminal(1.0, -a_B), "resist": last})
        return decision(0, name, {"challenge": resist, "status quo": terminal(0.0, 1.0)})

    tree = chance(
        {
            "strong": (pi_strong, challenger("strong", w_strong)),
            "weak": (1.0 - pi_strong, challenger("weak", w_weak)),
        }
    )
    return ExtensiveFormGame.from_tree(tree, players=["A", "B"], title="Crisis signalling")


def kuhn_poker():
    """Kuhn (1950): three cards, one bet; the first player loses 1/18 a game."""

    def deal(first, second):
        win = 1.0 if first > second else -1.0
        raised = decision(
            0,
            f"{first} checked, bet",
            {"fold": terminal(-1.0, 1.0), "call": terminal(2 * win, -2 * win)},
        )
        checked = decision(
            1, f"{second} after check", {"check": terminal(win, -win), "bet": raised}
        )
        bet = decision(
            1,
            f"{second} after bet",
            {"fold": terminal(1.0, -1.0), "call": terminal(2 * win, -2 * win)},
        )
        return decision(0, f"{first}", {"check": checked, "bet": bet})

    deals = {f"{x}{y}": (1 / 6, deal(x, y)) for x, y in itertools.permutations((1, 2, 3), 2)}
    return ExtensiveFormGame.from_tree(chance(deals), players=["first", "second"], title="Kuhn")


def selten_horse():
    """Selten (1975): three players; one equilibrium is perfect, one only subgame-perfect."""
    tree = decision(
        0,
        "first",
        {
            "down": decision(2, "third", {"L": terminal(3, 3, 2), "R": terminal(0, 0, 0)}),
            "across": decision(
                1,
                "second",
                {
                    "down": decision(2, "third", {"L": terminal(4, 4, 0), "R": terminal(0, 0, 1)}),
                    "across": terminal(1, 1, 1),
                },
            ),
        },
    )
    return ExtensiveFormGame.from_tree(tree, players=["1", "2", "3"], title="Selten's horse")


def random_perfect_information(rng, depth, players=2, values=4):
    """Trees with chance, ties and uneven depth; all moves are seen."""
    counter = itertools.count()

    def grow(level):
        if level == 0 or (level < depth and rng.random() < 0.15):
            return terminal(*rng.integers(0, values, size=players).tolist())
        width = int(rng.integers(1, 4))
        if rng.random() < 0.15:
            weights = rng.integers(1, 4, size=width)
            total = int(weights.sum())
            return chance({f"c{k}": (w / total, grow(level - 1)) for k, w in enumerate(weights)})
        return decision(
            int(rng.integers(players)),
            f"set {next(counter)}",
            {f"a{k}": grow(level - 1) for k in range(width)},
        )

    return ExtensiveFormGame.from_tree(grow(depth), [f"p{i}" for i in range(players)])


def random_signalling(rng, types=2, signals=2, replies=2, zero_sum=False):
    """Sender with private types, receiver who sees the signal only, then the sender again."""
    prior = rng.dirichlet(np.ones(types))

    def end():
        u = rng.integers(-5, 6, size=2).astype(float)
        return terminal(u[0], -u[0]) if zero_sum else terminal(*u)

    def last(t, m, r):
        if rng.random() < 0.5:
            return end()
        return decision(0, f"again {t}{m}{r}", {"x": end(), "y": end()})

    tree = chance(
        {
            f"t{t}": (
                float(prior[t]),
                decision(
                    0,
                    f"type {t}",
                    {
                        f"m{m}": decision(
                            1, f"signal {m}", {f"r{r}": last(t, m, r) for r in range(replies)}
                        )
                        for m in range(signals)
                    },
                ),
            )
            for t in range(types)
        }
    )
    return ExtensiveFormGame.from_tree(tree, ["sender", "receiver"])


def random_imperfect_information(rng, players=3, depth=4, values=10):
    """Trees with chance in which nodes of one player with the same past may be merged."""
    names = {}

    def grow(level, pasts):
        if level == 0 or (level < depth and rng.random() < 0.2):
            return terminal(*rng.integers(0, values, size=players).tolist())
        if rng.random() < 0.15:
            cut = int(rng.integers(1, 10))
            moves = ((cut / 10, "l"), (1 - cut / 10, "r"))
            return chance({name: (p, grow(level - 1, pasts)) for p, name in moves})
        player = int(rng.integers(players))
        # Own past decides which sets may be joined, which keeps recall perfect.
        known = names.setdefault((player, level, pasts[player]), [])
        if known and rng.random() < 0.6:
            name, width = known[int(rng.integers(len(known)))]
        else:
            width = int(rng.integers(2, 4)) if rng.random() < 0.3 else 2
            name = f"{player} {level} {pasts[player]} {len(known)}"
            known.append((name, width))
        moves = {}
        for k in range(width):
            after = list(pasts)
            after[player] = (*pasts[player], (name, k))
            moves[f"a{k}"] = grow(level - 1, tuple(after))
        return decision(player, name, moves)

    return ExtensiveFormGame.from_tree(
        grow(depth, ((),) * players), [f"p{i}" for i in range(players)]
    )
