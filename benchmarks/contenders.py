# SPDX-License-Identifier: Apache-2.0
"""The mappings that are compared, and the floors below them, each registered once."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar

from benchmarks.contender import Contender
from benchmarks.dataset import Key
from benchmarks.memory import reported_size

# The contenders that the others are divided by, and the one that must be there.
BASELINE, RIVAL = "python-dict", "immutables"
SUBJECT = "pyhamt"

# Of a map of 1,000,000 entries, what is slow takes seconds.
_SLOW_ABOVE = 100_000

_LOOKUPS = {
    "lookup": "answer = m[key]",
    "get": "answer = m.get(key)",
    "contains": "answer = key in m",
}
_MANY = {"many": "answer = [m.get(key) for key in keys]"}
_PICKLES = {"dumps": "answer = dumps(m)", "loads": "answer = loads(data)"}
_BY_HAND = {
    "diff": "answer = differences(m, other)",
    "hash": "answer = hash(frozenset(m.items()))",
}

# Phrases with which many contenders have no method; `by_hand` takes the rest out.
_LACKING = frozenset({"diff", "merge3", "many"})


def _mapping(build: str, **phrases: str) -> dict[str, str]:
    """The phrases that all mappings have, and the contender's own."""
    return {
        **_LOOKUPS,
        "build": build,
        "hold": build,
        "keys": "for answer in m.keys(): pass",
        "values": "for answer in m.values(): pass",
        "items": "for answer in m.items(): pass",
        "equal": "answer = m == other",
        **phrases,
    }


def _merge3(update: str, delete: str) -> str:
    """The phrase of a three-way merge by hand: *update* from `changes`, *delete*."""
    return (
        "changes, gone = their_changes(m, ours, theirs)\n"
        f"{update}\n"
        "for key in gone:\n"
        f"    {delete}"
    )


def _count(empty: str, set_one: str) -> str:
    """The phrase that counts words in new maps."""
    return (
        f"answer = {empty}\n"
        "for word in words:\n"
        f"    answer = answer.{set_one}(word, answer.get(word, 0) + 1)"
    )


def _fill(draft: str, finish: str) -> str:
    """The phrase that builds in place, in a mutation, a transient or an evolver."""
    return f"{draft}\nfor key, entry in pairs:\n    draft[key] = entry\n{finish}"


class _Variables(dict[Key, "ContextVar[int]"]):
    """The ContextVar that stands for a key; made on first use."""

    def __missing__(self, key: Key) -> ContextVar[int]:
        variable = self[key] = ContextVar(str(key))
        return variable


_variables = _Variables()


def fill_context(source: Mapping[ContextVar[int], int]) -> None:
    for variable, value in source.items():
        variable.set(value)


def count_in_context(words: list[Key]) -> None:
    for word in words:
        variable = _variables[word]
        variable.set(variable.get(0) + 1)


CONTENDERS = (
    Contender(
        name=BASELINE,
        setup="",
        phrases=_mapping(
            "answer = dict(source)",
            **_MANY,
            **_PICKLES,
            **_BY_HAND,
            build_pairs="answer = dict(pairs)",
            build_mutation=_fill("draft = {}", "answer = draft"),
            set="answer = m.copy(); answer[key] = value",
            delete="answer = m.copy(); del answer[key]",
            merge="answer = m | other",
            union="answer = m | other",
            merge3=_merge3("answer = ours | changes", "del answer[key]"),
            count=(
                "answer = {}\n"
                "for word in words:\n"
                "    answer[word] = answer.get(word, 0) + 1"
            ),
        ),
        by_hand=_LACKING | {"hash"},
        size=reported_size,
        copies=True,
        note="set and delete copy the dict first, so that the old version stays; "
        "building from a dict clones its table; counting is in place",
    ),
    Contender(
        name=SUBJECT,
        distribution="pyhamt",
        module="pyhamt",
        setup="import pyhamt\nfrom pyhamt import PersistentMap",
        phrases=_mapping(
            "answer = PersistentMap(source)",
            **_PICKLES,
            build_pairs="answer = PersistentMap(pairs)",
            build_mutation=_fill(
                "draft = PersistentMap().mutate()", "answer = draft.finish()"
            ),
            many="answer = m.get_many(keys)",
            set="answer = m.set(key, value)",
            delete="answer = m.delete(key)",
            merge="answer = m.merge(other)",
            union="answer = m | other",
            diff="answer = m.diff(other)",
            merge3="answer = pyhamt.merge3(m, ours, theirs)",
            hash="answer = hash(m)",
            count=_count("PersistentMap()", "set"),
        ),
        size=reported_size,
        note="counting makes a new map for each word",
    ),
    Contender(
        name="python-contextvar",
        setup="from contextvars import Context\n"
        "from benchmarks.contenders import count_in_context, fill_context",
        phrases=_mapping(
            "answer = Context(); answer.run(fill_context, source)",
            set="answer = m.copy(); answer.run(key.set, value)",
            count="answer = Context(); answer.run(count_in_context, words)",
        ),
        module="contextvars",
        key=_variables.__getitem__,
        slow_above={"build": _SLOW_ABOVE},
        note="its keys are ContextVar objects, one for each key, found by identity; "
        "set includes copy(), run() and the Token it makes; counting looks up the "
        "variable of each word in a dict; a Context cannot delete or merge",
    ),
    Contender(
        name=RIVAL,
        distribution="immutables",
        module="immutables",
        setup="from immutables import Map",
        phrases=_mapping(
            "answer = Map(source)",
            **_MANY,
            **_PICKLES,
            **_BY_HAND | {"hash": "answer = hash(m)"},
            build_pairs="answer = Map(pairs)",
            build_mutation=_fill("draft = Map().mutate()", "answer = draft.finish()"),
            set="answer = m.set(key, value)",
            delete="answer = m.delete(key)",
            merge="answer = m.update(other)",
            merge3=_merge3(
                "answer = ours.update(changes)", "answer = answer.delete(key)"
            ),
            count=_count("Map()", "set"),
        ),
        by_hand=_LACKING,
        note="counting makes a new map for each word",
    ),
    Contender(
        name="rpds-py",
        distribution="rpds-py",
        module="rpds",
        setup="from rpds import HashTrieMap",
        phrases=_mapping(
            "answer = HashTrieMap(source)",
            **_PICKLES,
            **_BY_HAND | {"hash": "answer = hash(m)"},
            build_pairs="answer = HashTrieMap(pairs)",
            set="answer = m.insert(key, value)",
            delete="answer = m.remove(key)",
            merge="answer = m.update(other)",
            merge3=_merge3(
                "answer = ours.update(changes)", "answer = answer.remove(key)"
            ),
            count=_count("HashTrieMap()", "insert"),
        ),
        by_hand=_LACKING,
        size=None,
        slow_above=dict.fromkeys(("merge", "merge3", "diff"), _SLOW_ABOVE),
        note="HashTrieMap; it allocates past Python's allocator",
    ),
    Contender(
        name="pyrsistent",
        distribution="pyrsistent",
        module="pyrsistent",
        setup="from pyrsistent import pmap",
        phrases=_mapping(
            "answer = pmap(source)",
            **_PICKLES,
            **_BY_HAND | {"hash": "answer = hash(m)"},
            build_pairs="answer = pmap(dict(pairs))",
            build_mutation=_fill(
                "draft = pmap().evolver()", "answer = draft.persistent()"
            ),
            set="answer = m.set(key, value)",
            delete="answer = m.remove(key)",
            merge="answer = m.update(other)",
            union="answer = m | other",
            merge3=_merge3(
                "answer = ours.update(changes)", "answer = answer.remove(key)"
            ),
            count=_count("pmap()", "set"),
        ),
        by_hand=_LACKING,
        slow_above={"build": _SLOW_ABOVE},
        note="pmap, which is written in Python",
    ),
    Contender(
        name="pypersistent",
        distribution="pypersistent",
        module="pypersistent",
        setup="from pypersistent import PersistentDict",
        phrases=_mapping(
            "answer = PersistentDict.from_dict(source)",
            **_PICKLES,
            **_BY_HAND,
            build_pairs="answer = PersistentDict.from_dict(dict(pairs))",
            keys="for answer in m.keys_list(): pass",
            values="for answer in m.values_list(): pass",
            items="for answer in m.items_list(): pass",
            set="answer = m.set(key, value)",
            delete="answer = m.delete(key)",
            merge="answer = m.update(other)",
            union="answer = m | other",
            merge3=_merge3(
                "answer = ours.update(changes)", "answer = answer.delete(key)"
            ),
            count=_count("PersistentDict()", "set"),
        ),
        by_hand=_LACKING | {"hash"},
        size=None,
        # To set a key whose hash agrees with another's in 32 bits ends the process; of
        # 100,000 keys, two such are likely.
        crashes_on=frozenset({"colliding"}),
        crashes_above={"build": 10_000},
        note="PersistentDict; iterated over by the lists that its documentation "
        "recommends; it allocates past Python's allocator",
    ),
    Contender(
        name="frozendict",
        distribution="frozendict",
        module="frozendict",
        setup="from frozendict import frozendict",
        phrases=_mapping(
            "answer = frozendict(source)",
            **_PICKLES,
            **_BY_HAND | {"hash": "answer = hash(m)"},
            build_pairs="answer = frozendict(pairs)",
            set="answer = m.set(key, value)",
            delete="answer = m.delete(key)",
            merge="answer = m | other",
            union="answer = m | other",
            merge3=_merge3("answer = ours | changes", "answer = answer.delete(key)"),
        ),
        by_hand=_LACKING,
        size=reported_size,
        copies=True,
        note="the package; a dict that is copied for each change, in C up to Python "
        "3.10 and in Python above",
    ),
    Contender(
        name="python-frozendict",
        setup="from builtins import frozendict",
        phrases=_mapping(
            "answer = frozendict(source)",
            **_PICKLES,
            **_BY_HAND | {"hash": "answer = hash(m)"},
            build_pairs="answer = frozendict(pairs)",
            set="answer = m | {key: value}",
            delete="rest = dict(m); del rest[key]; answer = frozendict(rest)",
            merge="answer = m | other",
            union="answer = m | other",
            merge3=_merge3("rest = dict(ours) | changes", "del rest[key]")
            + "\nanswer = frozendict(rest)",
        ),
        by_hand=_LACKING | {"set", "delete"},
        size=reported_size,
        copies=True,
        note="the built-in type of Python 3.15; set and delete go through a dict",
    ),
    Contender(
        name="mappingproxy",
        setup="from types import MappingProxyType",
        phrases=_LOOKUPS | {"map": "answer = MappingProxyType(dict(source))"},
        floor=True,
        note="floor: a view of a dict, whose lookups are dict's after one more call",
    ),
    Contender(
        name="empty-call",
        setup="",
        phrases={
            "map": "answer = frozenset()",
            **dict.fromkeys(
                ("build", "lookup", "get", "contains", "set", "delete"),
                "answer = m.copy()",
            ),
        },
        floor=True,
        note="floor: a method in C that returns its object and does nothing else",
    ),
    Contender(
        name="cache-miss",
        setup="from benchmarks.floors import ring",
        phrases={
            "map": "answer = ring(len(source))",
            "lookup": "m[0] = answer = m[0].next",
        },
        floor=True,
        note="floor: a step from one of so many places in memory to a random other one",
    ),
    Contender(
        name="nothing",
        setup="",
        phrases={"map": "answer = None", "hold": "answer = None"},
        floor=True,
        note="floor: no map at all",
    ),
)
