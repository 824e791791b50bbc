# SPDX-License-Identifier: Apache-2.0
"""Maps that threads share, with a switch of threads as often as the interpreter can.

What a thread raises is printed by its child process, which then counts as failed.
"""

from __future__ import annotations

from pathlib import Path

from child import run_child, run_script
from conftest import LONG_TESTS

_PRELUDE = """
import sys, threading, time
from hostile import KINDS, Dying, Key, keys_of, map_of
from pyhamt import PersistentMap

sys.setswitchinterval(1e-6)

def run_in_threads(*works):
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
"""


def test_readers_and_writers_of_shared_maps_get_what_one_thread_gets() -> None:
    output = run_child(
        _PRELUDE
        + """
for kind in KINDS:
    keys = keys_of(kind)
    shared = map_of(kind)
    expected = {key: key.name for key in keys}
    expected_hash = hash(frozenset(expected.items()))

    def read():
        for _ in range(100):
            for key in keys:
                assert shared[key.twin()] == key.name
                assert Key("absent", key.hash_value) not in shared
            assert dict(shared) == expected
            assert shared == expected
            assert hash(shared.set(keys[0], 0).set(keys[0], 0)) == expected_hash
            assert shared.keys() == expected.keys()

    def write():
        versions, models = [shared], [dict(expected)]
        for i, key in enumerate(keys * 10):
            version, model = versions[-1], dict(models[-1])
            if i % 3 == 0:
                version, model[key] = version.set(key.twin(), [i]), [i]
            elif i % 3 == 1:
                version = version.discard(key.twin())
                model.pop(key, None)
            else:
                version = version.update([(key.twin(), i)], shared.set("new", i))
                model = {**model, key: i, **expected, "new": i}
            versions.append(version)
            models.append(model)
        for version, model in zip(versions, models):
            assert version == model
            version._check()

    run_in_threads(read, write, read, write)
    assert shared == expected
    shared._check()
print("done")
"""
    )
    assert output == "done\n"


def test_destructors_that_switch_threads_meet_whole_maps() -> None:
    output = run_child(
        _PRELUDE
        + """
births = deaths = 0
count = threading.Lock()

def die():
    global deaths
    time.sleep(0)  # Another thread's turn.
    shared.set("new", []).delete("new")
    with count:
        deaths += 1

def born():
    global births
    with count:
        births += 1
    return Dying(die)

for kind in KINDS:
    keys = keys_of(kind)
    shared = PersistentMap([(key, born()) for key in keys])

    def edit():
        mine = shared
        for _ in range(20):
            # Values that are replaced in place, then keys that are taken out.
            mine = mine.update([(key, born()) for key in keys for _ in range(2)])
            mine._check()
            for key in keys:
                mine = mine.delete(key)
            assert len(mine) == 0
            mine = mine | shared

    run_in_threads(edit, edit, edit, edit)
    shared._check()
shared = mine = PersistentMap()
print(births == deaths, births > 1000)
"""
    )
    assert output == "True True\n"


def test_threads_that_share_an_iterator_get_each_item_once() -> None:
    output = run_child(
        _PRELUDE
        + """
for size in (8, 9, 10_000):
    source = PersistentMap({i: [i] for i in range(size)})
    for make in (iter, PersistentMap.values, PersistentMap.items):
        iterator = iter(make(source))
        taken = []
        work = lambda: taken.extend([item for item in iterator])
        run_in_threads(work, work, work, work)
        assert sorted(taken) == sorted(make(source))
        assert iterator.__length_hint__() == 0
print("done")
"""
    )
    assert output == "done\n"


def test_source_that_another_thread_changes_is_read_or_refused() -> None:
    output = run_child(
        _PRELUDE
        + """
source = {}
small = PersistentMap(a=1)
stop = False

def change():
    i = 0
    while not stop:
        i += 1
        source[Key(i % 50, i % 7)] = [i]
        if i % 3 == 0:
            source.pop(Key((i * 7) % 50, (i * 7) % 50 % 7), None)
        if i % 100 == 0:
            source.clear()

def read():
    global stop
    for i in range(300):
        for make in (PersistentMap, small.update, small.__or__):
            try:
                result = make(source)
            except RuntimeError:
                continue
            result._check()
            assert len(list(result)) == len(result)
    stop = True

run_in_threads(change, read)
print("done")
"""
    )
    assert output == "done\n"


def test_deep_maps_that_threads_free_together_are_all_freed() -> None:
    output = run_child(
        _PRELUDE
        + """
deaths = []

def die():
    time.sleep(0)
    deaths.append(1)

def free():
    for depth in (10, 60, 1000):
        for _ in range(5):
            deep = PersistentMap()
            for _ in range(depth):
                deep = PersistentMap(a=deep, b=Dying(die))
            del deep

run_in_threads(free, free, free, free)
print(len(deaths))
"""
    )
    assert output == f"{4 * 5 * (10 + 60 + 1000)}\n"


def test_destructor_that_waits_holds_up_no_other_thread() -> None:
    """However deep in a deallocation it runs."""
    run_child(
        _PRELUDE
        + """
import weakref

for depth in (0, 1, 10, 49, 50, 51, 100):
    waiting, go_on = threading.Event(), threading.Event()

    def wait():
        waiting.set()
        go_on.wait()

    def free():
        deep = PersistentMap(a=Dying(wait))
        for _ in range(depth):
            deep = PersistentMap(a=deep)
        del deep

    def free_another():
        waiting.wait()
        key = Key(1, 1)
        watch = weakref.ref(key)
        source = PersistentMap([(key, 1)])
        del key, source
        was_freed = watch() is None
        go_on.set()
        assert was_freed, depth

    run_in_threads(free, free_another)
"""
    )


def test_eight_threads_end_with_the_answer_of_the_model() -> None:
    seconds = "60" if LONG_TESTS else "2"
    done = run_script(Path(__file__).with_name("stress.py"), seconds, timeout_s=300)
    counts = dict(pair.split(":") for pair in done.split())
    assert len(counts) == 8
    assert all(int(count) > 0 for count in counts.values()), done


def test_shared_things_that_threads_edit_stay_whole() -> None:
    seconds = "60" if LONG_TESTS else "2"
    program = Path(__file__).with_name("shared_edits.py")
    assert "OneMutation.set:" in run_script(program, seconds, timeout_s=300)
