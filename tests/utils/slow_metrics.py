"""The ranking metrics a second time, slow and obvious: every order of tied items is written down and averaged."""
from itertools import groupby, permutations, product
from math import log2


def orders(scores):
    """Returns all lists of the candidates, best first, that agree with the scores; tied ones stand in every order."""
    best_first = sorted(range(len(scores)), key=lambda item: -scores[item])
    ties = [list(group) for _, group in groupby(best_first, key=lambda item: scores[item])]
    return [sum(map(list, choice), []) for choice in product(*map(permutations, ties))]


def metrics_of_order(order, held_out, k):
    """Returns the metrics of one list; order: items, best first; held_out: those of them that were held out."""
    hits = [item in held_out for item in order]                          # for each place
    ranks = [place for place, hit in enumerate(hits, 1) if hit]
    ideal = sum(1 / log2(place + 1) for place in range(1, min(k, len(ranks)) + 1))
    pairs = [one < other for one in ranks for other, hit in enumerate(hits, 1) if not hit]
    return {"HR": float(any(hits[:k])),
            "NDCG": sum(1 / log2(rank + 1) for rank in ranks if rank <= k) / ideal,
            "MRR": 1 / ranks[0],
            "recall": sum(hits[:k]) / len(ranks),
            "precision": sum(hits[:k]) / k,
            "AUC": sum(pairs) / len(pairs) if pairs else 0.5}


def slow_metrics(scores, held_out, k):
    """Returns name -> mean over all equally likely orders. scores: of the candidates; held_out: their positions."""
    found = [metrics_of_order(order, set(held_out), k) for order in orders(scores)]
    return {name: sum(one[name] for one in found) / len(found) for name in found[0]}
