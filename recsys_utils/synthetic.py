"""MovieLens-shaped data made by code: taste groups, a long tail, bursts in time; no download, no real people."""
import itertools
import re

import numpy as np
import pandas as pd

DEFAULT_RATINGS = 10_000
FEWEST = 20  # ratings of each user, as MovieLens asks for
CELLS = 4_000_000  # users x movies drawn at once: bounds the memory at any size
START = 874_724_710  # September 1997, in seconds since 1970, as in ml-100k
DAY = 86_400

# per taste group: genres (the first is nearly always there), adjectives, nouns
GROUPS = (
    (("Action", "Adventure", "Thriller"), "Burning Reckless Armoured Crimson Hunted Relentless",
     "Convoy Detonator Mercenary Ambush Viaduct Outrider Gauntlet Saboteur"),
    (("Comedy", "Romance", "Musical"), "Clumsy Borrowed Cheerful Overdue Sunday Half-Baked",
     "Honeymoon Landlord Bridesmaid Accordion Casserole Lodger Rehearsal Picnic"),
    (("Drama", "Romance", "War"), "Quiet Folded Distant Autumn Faithful Weathered",
     "Letter Orchard Daughter Promise Harbour Winter Piano Ferryman"),
    (("Horror", "Mystery", "Thriller"), "Hollow Whispering Buried Pale Nameless Sleepless",
     "Cellar Lantern Marsh Undertaker Attic Mirror Scarecrow Stairwell"),
    (("Sci-Fi", "Fantasy", "Action"), "Orbital Magnetic Silver Seventh Frozen Drifting",
     "Colony Android Comet Beacon Sorcerer Nebula Airlock Prophecy"),
    (("Children's", "Animation", "Musical"), "Tiny Curious Runaway Purple Hiccuping Brave",
     "Badger Kite Tugboat Hedgehog Wizard Pancake Otter Caravan"),
)
PLACES = "Elmford Karvala Santorra Blackmere Ostrovany Quillbury Tamarack Veldhoven Norrland Pellucid".split()


def parse_size(text) -> int:
    """Returns a number of ratings: "20000", "50k" and "1.5m" are 20,000, 50,000 and 1,500,000.

    Raises ValueError for anything else.
    """
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([km]?)", text.lower())
    if not match:
        raise ValueError(f"{text!r} is no number of ratings: write synthetic:20000, synthetic:50k or synthetic:30m.")
    return round(float(match[1]) * {"": 1, "k": 1_000, "m": 1_000_000}[match[2]])


def make_synthetic(n_ratings=None, seed=0):
    """Returns (ratings, movies), tables with MovieLens's columns and types; the same for the same arguments.

    Each user blends two taste groups into a liking of each movie from 0 to 1, and
        P(u picks i) ~ popularity_i * liking_ui^2
        r_ui = mu + b_u + b_i + 2.6 * liking_ui + noise, rounded to whole stars from 1 to 5.
    Ten thousand ratings come from 200 users and 300 movies; the two numbers grow with the ratings, but more slowly.
    n_ratings: at least 100; None: 10,000
    seed: int
    Raises ValueError for fewer than 100 ratings.
    """
    n_ratings = DEFAULT_RATINGS if n_ratings is None else n_ratings
    if n_ratings < 100:
        raise ValueError(f"{n_ratings} ratings are too few for users with {FEWEST} each: ask for 100 or more.")
    rng = np.random.default_rng(seed)
    scale = n_ratings / DEFAULT_RATINGS
    n_items = max(60, round(300 * scale**0.55))
    counts = _ratings_per_user(rng, n_ratings, round(200 * scale**0.85), most=n_items // 2)
    groups = rng.integers(len(GROUPS), size=n_items)
    catalogue = _catalogue(rng, groups, spread=1.1 * scale**0.06)
    blocks = np.array_split(counts, -(-len(counts) * n_items // CELLS))
    drawn = [_draw(rng, block, *catalogue) for block in blocks]
    return _shuffled(rng, blocks, drawn), _movies(rng, groups)


def _ratings_per_user(rng, n_ratings, n_users, most):
    """Returns ascending counts (n_users,) between FEWEST and `most` that sum to n_ratings: a few heavy users."""
    eagerness = rng.lognormal(sigma=0.9, size=n_users)
    counts = FEWEST + rng.multinomial(n_ratings - FEWEST * n_users, eagerness / eagerness.sum())
    while (surplus := np.maximum(counts - most, 0).sum()) > 0:
        counts = np.minimum(counts, most)
        room = counts < most
        counts += rng.multinomial(surplus, room / room.sum())
    return np.sort(counts)


def _catalogue(rng, groups, spread):
    """Returns popularity (n_items,), quality (n_items,) in stars, and each group's liking (n_groups, n_items)."""
    n_items = len(groups)
    fame = rng.standard_normal(n_items)
    popularity = np.exp(spread * fame)
    popularity[rng.choice(n_items, size=max(2, n_items // 60), replace=False)] = 0  # listed, but rated by nobody
    quality = 0.2 * fame + 0.35 * rng.standard_normal(n_items)
    quality -= np.average(quality, weights=popularity)
    shared = np.array([[len({*one} & {*other}) for other, *_ in GROUPS] for one, *_ in GROUPS]) / 3
    liking = 0.15 + 0.7 * shared[:, groups] + 0.1 * rng.random((len(GROUPS), n_items))
    return popularity.astype(np.float32), quality.astype(np.float32), liking.astype(np.float32)


def _draw(rng, counts, popularity, quality, group_liking):
    """Returns (item index, rating, timestamp) of one block of users, each (sum of counts,), ordered by user and time.

    An exponential race draws each user's movies without repetition, in proportion to their weights: everyone's
    arrival time is Exp(1) / weight, and the first ones win (Efraimidis and Spirakis, 2006).
    """
    first, second = rng.integers(len(GROUPS), size=(2, len(counts)))
    share = rng.uniform(0.55, 0.9, size=(len(counts), 1)).astype(np.float32)
    liking = share * group_liking[first] + (1 - share) * group_liking[second]  # (users, n_items)
    with np.errstate(divide="ignore", invalid="ignore"):  # weight 0 never arrives
        arrival = rng.standard_exponential(liking.shape, dtype=np.float32) / (popularity * liking * liking)
    items = np.argpartition(arrival, counts.max() - 1, axis=1)[:, :counts.max()]
    items = np.take_along_axis(items, np.take_along_axis(arrival, items, axis=1).argsort(axis=1), axis=1)
    user, rank = np.nonzero(np.arange(counts.max()) < counts[:, None])
    order = np.lexsort((rng.random(len(user)), user))  # else the famous ones would always be rated first
    item = items[user, rank][order]
    stars = 2.25 + 0.4 * rng.standard_normal(len(counts))[user] + quality[item] + 2.6 * liking[user, item]
    stars = np.clip(np.rint(stars + 0.7 * rng.standard_normal(len(user))), 1, 5)
    return item, stars.astype(np.float32), _seconds(rng, user, counts)


def _seconds(rng, user, counts):
    """Returns times (len(user),): several ratings a second, a pause of seconds, now and then one of weeks."""
    pause = rng.geometric(1 / 15, size=len(user)) * (rng.random(len(user)) > 0.45)
    pause += np.rint(rng.exponential(20 * DAY, size=len(user)) * (rng.random(len(user)) < 0.015)).astype(np.int64)
    elapsed = pause.cumsum()
    arrival = rng.integers(200 * DAY, size=len(counts))
    return START + (arrival - elapsed[counts.cumsum() - counts])[user] + elapsed


def _shuffled(rng, blocks, drawn):
    """Returns the table of ratings, rows in random order, users named at random."""
    counts = np.concatenate(blocks)
    rows = rng.permutation(counts.sum())
    user = np.repeat(1 + rng.permutation(len(counts)), counts)
    item, stars, seconds = (np.concatenate(column) for column in zip(*drawn, strict=True))
    return pd.DataFrame({"user": user[rows], "item": 1 + item[rows], "rating": stars[rows], "timestamp": seconds[rows]})


def _movies(rng, groups):
    """Returns the table of movies: titles and genres fit the taste group, one year is missing, as in MovieLens."""
    years = np.maximum(1998 - np.rint(rng.exponential(12, size=len(groups))), 1922)
    years[rng.integers(len(groups))] = np.nan
    titles = [_titles(rng, adjectives.split(), nouns.split()) for _, adjectives, nouns in GROUPS]
    also = rng.random((len(groups), 3)) < (0.9, 0.4, 0.25)
    return pd.DataFrame({
        "item": np.arange(1, len(groups) + 1), "title": [next(titles[group]) for group in groups],
        "year": pd.array(years, "Int64"),
        "genres": ["|".join(sorted(np.array(GROUPS[group][0])[chosen])) or GROUPS[group][0][0]
                   for group, chosen in zip(groups, also, strict=True)]})


def _titles(rng, adjectives, nouns):
    """Yields titles without end and without repetition, sequels last."""
    stems = [f"The {adjective} {noun}" for adjective in adjectives for noun in nouns]
    stems += [f"The {one} and the {other}" for one in nouns for other in nouns if one != other]
    stems += [f"The {noun} of {place}" for noun in nouns for place in PLACES]
    stems += [f"{adjective} {noun} in {place}" for adjective in adjectives for noun in nouns for place in PLACES]
    stems = [stems[place] for place in rng.permutation(len(stems))]
    for part in itertools.count(1):
        yield from (f"{stem} {part}" if part > 1 else stem for stem in stems)
