# SPDX-License-Identifier: Apache-2.0
"""What the right answers are: a check takes the workload, the key and the answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from pickle import loads
from typing import Any

from benchmarks.workload import Workload

Entries = Mapping[Any, Any]

# Larger maps are compared by samples of so many keys.
_COMPARED_WHOLE = 10_000
_SAMPLE = 1_000

_ABSENT = object()
_NONE: Entries = {}


def same_entries(
    m: Any,
    entries: Entries,
    changes: Entries = _NONE,
    compared_whole: int = _COMPARED_WHOLE,
) -> bool:
    """Whether a map of any contender has these entries, so changed, and no others."""
    if len(entries) <= compared_whole:
        return dict(m.items()) == {**entries, **changes}
    if len(m) != len(entries) + sum(key not in entries for key in changes):
        return False
    return all(
        m.get(key, _ABSENT) == changes.get(key, entries.get(key))
        for key in chain(_sample(changes), _sample(entries))
    )


def _sample(entries: Entries) -> Iterator[Any]:
    return islice(entries, 0, None, max(1, len(entries) // _SAMPLE))


def is_source(w: Workload, _: Any, answer: Any) -> bool:
    return same_entries(answer, w.keys.source)


def is_value(w: Workload, key: Any, answer: Any) -> bool:
    return bool(answer == w.keys.source[key])


def is_set(w: Workload, key: Any, answer: Any) -> bool:
    return _is_edited(w, [key], answer)


def is_deleted(w: Workload, key: Any, answer: Any) -> bool:
    if w.size > _COMPARED_WHOLE:
        return key not in answer and len(answer) == w.size - 1
    return dict(answer.items()) == {k: v for k, v in w.keys.source.items() if k != key}


def is_last(view: str, w: Workload, _: Any, answer: Any) -> bool:
    """Whether the loop over a view came to its end, after all entries."""
    if w.size > _COMPARED_WHOLE:
        return True
    every = list(getattr(w.m, view)())
    return bool(len(every) == w.size and every[-1] == answer)


def is_merged(source: str, w: Workload, _: Any, answer: Any) -> bool:
    return same_entries(answer, w.keys.source, getattr(w.keys, source))


def is_theirs(w: Workload, theirs: Any, answer: Any) -> bool:
    """Whether a merge of `m` with edits of it has them."""
    return _is_edited(w, _edited_keys(w, theirs), answer)


def is_theirs_and_ours(w: Workload, theirs: Any, answer: Any) -> bool:
    keys = [*_edited_keys(w, theirs), next(iter(w.m))]
    return _is_edited(w, keys, answer)


def is_diff(w: Workload, theirs: Any, answer: Any) -> bool:
    if not isinstance(answer, tuple):
        answer = answer.added, answer.removed, answer.changed
    added, removed, changed = answer
    keys = _edited_keys(w, theirs)
    expected = {key: (w.keys.source[key], w.keys.value) for key in keys}
    return not added and not removed and dict(changed.items()) == expected


def is_hash(w: Workload, edits: Iterable[Any] | None, answer: Any) -> bool:
    """Whether it is the hash of a map that is equal, and built apart."""
    if w.size > _COMPARED_WHOLE:
        return type(answer) is int
    source = w.keys.equal_source | dict.fromkeys(edits or (), w.keys.value)
    return bool(answer == w.run("{hash}", m=w.build(source)))


def is_pickle(w: Workload, _: Any, answer: bytes) -> bool:
    return w.size > _COMPARED_WHOLE or is_source(w, None, loads(answer))


def is_size_of_pickle(w: Workload, _: Any, answer: int) -> bool:
    return 0 < answer <= 2 * len(w.data)


def is_count(w: Workload, _: Any, answer: Any) -> bool:
    counts = Counter(w.keys.words).items()
    return dict(answer.items()) == {
        w.keys.stand_in(word): count for word, count in counts
    }


def are_versions(w: Workload, _: Any, versions: list[Any]) -> bool:
    """Whether each version has one more change than the one before."""
    value = w.keys.value
    seen = [version[step] for step, version in zip(w.keys.steps, versions, strict=True)]
    lengths = {len(version) for version in versions}
    return (
        set(seen) == {value}
        and lengths == {w.size}
        and _is_edited(w, w.keys.steps, versions[-1])
    )


def is_mix(share: float, w: Workload, _: Any, answer: tuple[Any, Any]) -> bool:
    """Whether the last version has all writes, and the last read saw its version."""
    last, read = answer
    written: list[Any] = []
    seen = None
    for at, key in w.keys.mixes(share):
        if at < 0:
            written.append(key)
        else:
            seen = w.keys.value if key in written[:at] else w.keys.source[key]
    return _is_edited(w, written, last) and bool(read == seen)


def _is_edited(w: Workload, keys: Sequence[Any], answer: Any) -> bool:
    changes = dict.fromkeys(keys, w.keys.value)
    return same_entries(answer, w.keys.source, changes)


def _edited_keys(w: Workload, theirs: Any) -> list[Any]:
    """The keys that were changed in a map; None is the one with one edit."""
    if theirs is None:
        return w.edits
    value = w.keys.value
    return [key for key, its_value in theirs.items() if its_value == value]
