/* SPDX-License-Identifier: Apache-2.0 */

/* PersistentMap: the type, its life, and reading from it.
 *
 * A map object is a handle: a root node, and the state of the module that made
 * it. It is a GC object, tracked only if its root is a tracked node; a map of
 * atomic things is never looked at by the collector.
 *
 * Deallocation. A map can hold a map that holds a map, and so on for as long
 * as a user likes. Past a fixed depth, the map to be freed waits in a list,
 * and the outermost deallocation frees those that wait, one after another:
 *
 *     map_tp_dealloc -> release root -> ... -> map_tp_dealloc (depth 1)
 *                                              ...
 *                                              depth 50: put in the list
 *     depth 0 again: take from the list until it is empty
 *
 * (CPython's own trashcan does the same; the limited API does not have it.)
 */

#include "shim.h"

/* Nested deallocations before one waits: that of CPython's trashcan. */
#define DEALLOC_DEPTH_LIMIT 50

/* What this thread is freeing. A destructor may run another thread, which has
 * its own, or another interpreter, which starts anew. */
typedef struct {
    hamt_state *state;               /* the last one used; only compared */
    PyInterpreterState *interpreter; /* that of the state; only compared */
    Py_ssize_t depth;
    PyObject *deferred; /* maps that wait, linked by `weakrefs` */
} Deallocations;

static _Thread_local Deallocations deallocations;

/* Freed objects that are kept. An update makes one and often frees one, so a
 * few will do; loops over many versions free many at a time. Not measured. */
#define FREE_MAPS_LIMIT 100

/* ---- Life ---------------------------------------------------------------- */

/* A map object of the exact type, untracked, with nothing written into it. */
static MapObject *
map_allocate(hamt_state *state)
{
    PyObject *kept = HAMT_HAS_POOL ? state->free_maps : NULL;
    if (kept == NULL) {
        return PyObject_GC_New(MapObject, state->MapType);
    }
    state->free_maps = ((MapObject *)kept)->weakrefs;
    state->free_map_count--;
    return (MapObject *)PyObject_Init(kept, state->MapType);
}

PyObject *
map_wrap(hamt_state *state, PyTypeObject *type, hamt_node *root)
{
    bool is_exact = type == state->MapType;
    MapObject *map = is_exact ? map_allocate(state)
                              : (MapObject *)PyType_GenericAlloc(type, 0);
    if (map == NULL) {
        hamt_map_release(state, root);
        return NULL;
    }
    map->state = state_retain(state);
    map->root = root;
    map->hash = -1;
    map->weakrefs = NULL;
    /* An object of a subclass has a __dict__, and is tracked from the start. */
    if (is_exact && hamt_map_is_tracked(root)) {
        PyObject_GC_Track(map);
    }
    return (PyObject *)map;
}

static int
map_tp_traverse(PyObject *self, visitproc visit, void *arg)
{
    MapObject *map = (MapObject *)self;
    Py_VISIT(Py_TYPE(self));
    if (hamt_map_is_tracked(map->root)) {
        Py_VISIT((PyObject *)map->root);
    }
    return 0;
}

/* For want of a tp_clear see node.c. */

static void
map_free(hamt_state *state, MapObject *map)
{
    PyTypeObject *type = Py_TYPE(map);
    hamt_map_release(state, map->root);
    if (HAMT_HAS_POOL && type == state->MapType
        && state->free_map_count < FREE_MAPS_LIMIT)
    {
        map->weakrefs = state->free_maps;
        state->free_maps = (PyObject *)map;
        state->free_map_count++;
    }
    else {
        PyObject_GC_Del(map);
    }
    state_release(state);
    Py_DECREF(type);
}

void
free_maps_clear(hamt_state *state)
{
    while (state->free_maps != NULL) {
        PyObject *map = state->free_maps;
        state->free_maps = ((MapObject *)map)->weakrefs;
        PyObject_GC_Del(map);
    }
}

/* Frees a map, and, from the outermost call, those that wait; or lets it wait.
 */
static inline void
map_free_nested(Deallocations *here, hamt_state *state, MapObject *map)
{
    if (here->depth >= DEALLOC_DEPTH_LIMIT) {
        map->weakrefs = here->deferred;
        here->deferred = (PyObject *)map;
        return;
    }
    here->depth++;
    map_free(state, map);
    while (here->depth == 1 && here->deferred != NULL) {
        map = (MapObject *)here->deferred;
        here->deferred = map->weakrefs;
        map_free(map->state, map);
    }
    here->depth--;
}

/* Frees a map of another module than the one before: of another interpreter,
 * or of a copy of the module, whose maps may hold those of this one. */
static __attribute__((noinline)) void
map_free_first(Deallocations *here, hamt_state *state, MapObject *map)
{
    PyInterpreterState *interpreter = PyInterpreterState_Get();
    if (here->interpreter == interpreter) {
        here->state = state;
        map_free_nested(here, state, map);
        return;
    }
    Deallocations outer = *here;
    *here = (Deallocations){.state = state, .interpreter = interpreter};
    map_free_nested(here, state, map);
    if (outer.depth > 0) {
        *here = outer;
    }
}

static void
map_tp_dealloc(PyObject *self)
{
    MapObject *map = (MapObject *)self;
    hamt_state *state = map->state;
    PyObject_GC_UnTrack(self);
    clear_weakrefs(self, &map->weakrefs);
    Deallocations *here = &deallocations;
    if (here->state != state) {
        map_free_first(here, state, map);
        return;
    }
    map_free_nested(here, state, map);
}

/* ---- Reading ------------------------------------------------------------- */

bool
is_plain_map(hamt_state *state, PyObject *object)
{
    return Py_TYPE(object) == state->MapType
           || (is_map(state, object)
               && PyType_GetSlot(Py_TYPE(object), Py_tp_iter) == map_tp_iter);
}

/* Look up a key: HAMT_OK with a borrowed entry, HAMT_NOT_FOUND, HAMT_ERROR. */
static hamt_status
map_find(MapObject *map, PyObject *key, const hamt_entry **entry)
{
    Py_hash_t hash;
    if (hash_key(key, &hash) < 0) {
        return HAMT_ERROR;
    }
    return hamt_map_find(map->state, map->root, key, hash, entry);
}

hamt_status
map_lookup(MapObject *map, PyObject *key, PyObject **value)
{
    const hamt_entry *entry;
    hamt_status status = map_find(map, key, &entry);
    if (status == HAMT_OK) {
        *value = entry->value;
    }
    return status;
}

static Py_ssize_t
map_mp_length(PyObject *self)
{
    return hamt_map_count(((MapObject *)self)->root);
}

static PyObject *
map_mp_subscript(PyObject *self, PyObject *key)
{
    PyObject *value;
    hamt_status status = map_lookup((MapObject *)self, key, &value);
    if (status == HAMT_OK) {
        return Py_NewRef(value);
    }
    if (status == HAMT_NOT_FOUND) {
        set_key_error(key);
    }
    return NULL;
}

static int
map_sq_contains(PyObject *self, PyObject *key)
{
    PyObject *value;
    hamt_status status = map_lookup((MapObject *)self, key, &value);
    return status == HAMT_ERROR ? -1 : status == HAMT_OK;
}

int
parse_get(PyObject *const *args, Py_ssize_t count, PyObject *keyword_names,
          const char *function, PyObject **fallback)
{
    if (check_count(function, count, 1, 2) < 0) {
        return -1;
    }
    *fallback = count == 2 ? args[1] : Py_None;
    Py_ssize_t keywords =
        keyword_names == NULL ? 0 : PyTuple_Size(keyword_names);
    for (Py_ssize_t i = 0; i < keywords; i++) {
        PyObject *name = PyTuple_GetItem(keyword_names, i);
        if (PyUnicode_CompareWithASCIIString(name, "default") != 0) {
            PyErr_Format(PyExc_TypeError,
                         "%s got an unexpected keyword argument '%U'", function,
                         name);
            return -1;
        }
        if (count == 2) {
            PyErr_Format(PyExc_TypeError, "%s got two values for 'default'",
                         function);
            return -1;
        }
        *fallback = args[count + i];
    }
    return 0;
}

static PyObject *
map_py_get(PyObject *self, PyObject *const *args, Py_ssize_t count,
           PyObject *keyword_names)
{
    PyObject *value;
    if (parse_get(args, count, keyword_names, "PersistentMap.get", &value) < 0
        || map_lookup((MapObject *)self, args[0], &value) == HAMT_ERROR)
    {
        return NULL;
    }
    return Py_NewRef(value);
}

static PyObject *
map_py_entry(PyObject *self, PyObject *key)
{
    const hamt_entry *entry;
    switch (map_find((MapObject *)self, key, &entry)) {
    case HAMT_OK:
        return entry_pack(entry);
    case HAMT_NOT_FOUND:
        Py_RETURN_NONE;
    default:
        return NULL;
    }
}

/* ---- The type ------------------------------------------------------------ */

PyDoc_STRVAR(
    map_doc,
    "PersistentMap(mapping_or_pairs=(), /, **kwargs)\n--\n\n"
    "An immutable mapping whose updates return new maps.\n\n"
    "A new map shares almost all of its memory with the old one. Takes what\n"
    "dict takes; from a PersistentMap and no keywords, gives that very\n"
    "object. Equal to any mapping with equal items; hashable when its\n"
    "values are. Up to 8 entries keep the order in which they came, more\n"
    "come in no order that means something.\n\n"
    "Complexity: O(n). Raises TypeError for a key that is unhashable or an\n"
    "argument that is neither a mapping nor pairs, ValueError for a pair\n"
    "that is none, and what the argument raises.\n\n"
    ">>> old = PersistentMap(a=1)\n"
    ">>> old.set('b', 2)\n"
    "PersistentMap({'a': 1, 'b': 2})\n"
    ">>> old\n"
    "PersistentMap({'a': 1})");

PyDoc_STRVAR(get_doc,
             "get($self, key, /, default=None)\n--\n\n"
             "Return the value of *key*, or *default* when it is absent.\n\n"
             "Complexity: O(log n). Raises TypeError for an unhashable key.\n\n"
             ">>> PersistentMap(a=1).get('b', 0)\n"
             "0");

PyDoc_STRVAR(get_many_doc,
             "get_many($self, keys, /, default=None)\n--\n\n"
             "Return a list of the values of *keys*, *default* for absent ones."
             "\n\n"
             "Faster in a large map than looking them up one by one.\n"
             "Complexity: O(k log n) for k keys. Raises TypeError for an\n"
             "unhashable key, and what the iterable raises.\n\n"
             ">>> PersistentMap(a=1, b=2).get_many(['b', 'c'], 0)\n"
             "[2, 0]");

PyDoc_STRVAR(set_doc,
             "set($self, key, value, /)\n--\n\n"
             "Return a map with *key* set to *value*.\n\n"
             "The same object when *key* maps to that very *value* already;\n"
             "the first of two equal keys is kept.\n\n"
             "Complexity: O(log n); copies at most one node per level.\n"
             "Raises TypeError for an unhashable key.\n\n"
             ">>> PersistentMap(a=1).set('b', 2) == {'a': 1, 'b': 2}\n"
             "True");

PyDoc_STRVAR(delete_doc,
             "delete($self, key, /)\n--\n\n"
             "Return a map without *key*.\n\n"
             "Complexity: O(log n). Raises KeyError when *key* is absent,\n"
             "TypeError when it is unhashable.\n\n"
             ">>> PersistentMap(a=1, b=2).delete('b')\n"
             "PersistentMap({'a': 1})");

PyDoc_STRVAR(discard_doc,
             "discard($self, key, /)\n--\n\n"
             "Return a map without *key*; the same object when it is absent.\n"
             "\n"
             "Complexity: O(log n). Raises TypeError for an unhashable key.\n\n"
             ">>> m = PersistentMap(a=1)\n"
             ">>> m.discard('b') is m\n"
             "True");

PyDoc_STRVAR(update_doc,
             "update($self, /, *mappings_or_pairs, **kwargs)\n--\n\n"
             "Return a map with the entries of the arguments; the last one\n"
             "to have a key wins.\n\n"
             "The same object when nothing changes. Complexity: O(k log n)\n"
             "for k entries in the arguments. Raises as PersistentMap().\n\n"
             ">>> PersistentMap(a=1).update({'a': 2}, b=3)\n"
             "PersistentMap({'a': 2, 'b': 3})");

PyDoc_STRVAR(merge_doc,
             "merge($self, /, *others, resolve=None)\n--\n\n"
             "Return the union of the map and the others.\n\n"
             "Where two of them have a key with values that are not the same\n"
             "object, *resolve(key, mine, theirs)* gives the value; without\n"
             "it, the right side wins. Takes what update() takes; the same\n"
             "object when nothing changes.\n\n"
             "Complexity: O(d) for maps that differ in d entries and share\n"
             "the rest. Raises what *resolve* raises.\n\n"
             ">>> a = PersistentMap(x=1, y=2)\n"
             ">>> a.merge({'y': 3}, resolve=lambda k, m, t: m + t)\n"
             "PersistentMap({'x': 1, 'y': 5})");

PyDoc_STRVAR(diff_doc,
             "diff($self, new, /)\n--\n\n"
             "Return the MapDiff that leads from the map to *new*.\n\n"
             "Complexity: O(d) for maps that differ in d entries and share\n"
             "the rest. Raises TypeError unless *new* is a PersistentMap.\n\n"
             ">>> old = PersistentMap(a=1, b=2)\n"
             ">>> old.diff(old.set('a', 3)).changed\n"
             "PersistentMap({'a': (1, 3)})");

PyDoc_STRVAR(apply_doc,
             "apply($self, diff, /)\n--\n\n"
             "Return the map with a MapDiff applied.\n\n"
             "Complexity: O(d log n) for d entries in the diff. Raises\n"
             "ConflictError with the keys where the diff does not fit.\n\n"
             ">>> old, new = PersistentMap(a=1), PersistentMap(b=2)\n"
             ">>> old.apply(old.diff(new)) == new\n"
             "True");

PyDoc_STRVAR(alter_doc,
             "alter($self, key, fn, /, default=...)\n--\n\n"
             "Return a map with the value of *key* replaced by fn(value).\n\n"
             "An absent key starts with *default*. Complexity: O(log n).\n"
             "Raises KeyError for an absent key without default, and what\n"
             "*fn* raises.\n\n"
             ">>> PersistentMap(a=1).alter('a', lambda value: value + 1)\n"
             "PersistentMap({'a': 2})");

PyDoc_STRVAR(get_in_doc,
             "get_in($self, path, /, default=None)\n--\n\n"
             "Return what lies at the end of a path of keys, or *default*.\n\n"
             "Complexity: O(log n) for each step. Raises TypeError naming a\n"
             "step that leads into something that is no mapping.\n\n"
             ">>> m = PersistentMap(a=PersistentMap(b=1))\n"
             ">>> m.get_in(['a', 'b']), m.get_in(['x', 'y'], 0)\n"
             "(1, 0)");

PyDoc_STRVAR(set_in_doc,
             "set_in($self, path, value, /)\n--\n\n"
             "Return a map with *value* at the end of a path of keys.\n\n"
             "Missing steps become maps. Complexity: O(log n) for each step.\n"
             "Raises TypeError naming a step that leads into something that\n"
             "is no mapping, ValueError for an empty path.\n\n"
             ">>> PersistentMap().set_in(['a', 'b'], 1)\n"
             "PersistentMap({'a': PersistentMap({'b': 1})})");

PyDoc_STRVAR(alter_in_doc,
             "alter_in($self, path, fn, /, default=...)\n--\n\n"
             "Return a map with what lies at the end of a path of keys\n"
             "replaced by fn(value).\n\n"
             "With *default*, missing steps become maps.\n"
             "Complexity: O(log n) for each step. Raises KeyError for an\n"
             "absent step without default, otherwise as set_in.\n\n"
             ">>> m = PersistentMap(a=PersistentMap(b=1))\n"
             ">>> m.alter_in(['a', 'b'], str)\n"
             "PersistentMap({'a': PersistentMap({'b': '1'})})");

PyDoc_STRVAR(delete_in_doc,
             "delete_in($self, path, /)\n--\n\n"
             "Return a map without what lies at the end of a path of keys.\n\n"
             "Complexity: O(log n) for each step. Raises KeyError for an\n"
             "absent step, otherwise as set_in.\n\n"
             ">>> PersistentMap(a=PersistentMap(b=1)).delete_in(['a', 'b'])\n"
             "PersistentMap({'a': PersistentMap({})})");

PyDoc_STRVAR(filter_doc,
             "filter($self, fn, /)\n--\n\n"
             "Return a map of the entries for which fn(key, value) is true.\n"
             "\n"
             "The same object when all are. Complexity: O(n), and O(log n)\n"
             "for each entry left out. Raises what *fn* raises.\n\n"
             ">>> PersistentMap(a=1, b=2).filter(lambda k, v: v > 1)\n"
             "PersistentMap({'b': 2})");

PyDoc_STRVAR(map_values_doc,
             "map_values($self, fn, /)\n--\n\n"
             "Return a map with each value replaced by fn(value).\n\n"
             "The same object when *fn* gives every value back.\n"
             "Complexity: O(n), and O(log n) for each change. Raises what\n"
             "*fn* raises.\n\n"
             ">>> PersistentMap(a=1, b=2).map_values(str)\n"
             "PersistentMap({'a': '1', 'b': '2'})");

PyDoc_STRVAR(select_doc,
             "select($self, keys, /)\n--\n\n"
             "Return a map of the given keys; absent ones are ignored.\n\n"
             "The same object when they are all there are.\n"
             "Complexity: O(k log n) for k keys. Raises TypeError for an\n"
             "unhashable key.\n"
             "\n"
             ">>> PersistentMap(a=1, b=2).select(['a', 'x'])\n"
             "PersistentMap({'a': 1})");

PyDoc_STRVAR(omit_doc,
             "omit($self, keys, /)\n--\n\n"
             "Return a map without the given keys; absent ones are ignored.\n"
             "\n"
             "The same object when none is there. Complexity: O(k log n) for\n"
             "k keys. Raises TypeError for an unhashable key.\n\n"
             ">>> PersistentMap(a=1, b=2).omit(['b', 'x'])\n"
             "PersistentMap({'a': 1})");

PyDoc_STRVAR(mutate_doc,
             "mutate($self, /)\n--\n\n"
             "Return a MapMutation, which edits a copy of the map in place.\n"
             "\n"
             "Complexity: O(1); an edit copies the nodes that the map shares.\n"
             "\n"
             ">>> mm = PersistentMap(a=1).mutate()\n"
             ">>> mm['b'] = 2\n"
             ">>> mm.finish()\n"
             "PersistentMap({'a': 1, 'b': 2})");

PyDoc_STRVAR(keys_doc,
             "keys($self, /)\n--\n\n"
             "Return a set-like view of the keys.\n\n"
             "Complexity: O(1); a walk over it is O(n).\n\n"
             ">>> PersistentMap(a=1, b=2).keys() & {'b', 'c'}\n"
             "{'b'}");

PyDoc_STRVAR(values_doc,
             "values($self, /)\n--\n\n"
             "Return a view of the values.\n\n"
             "Complexity: O(1); a walk over it is O(n).\n\n"
             ">>> sorted(PersistentMap(a=1, b=2).values())\n"
             "[1, 2]");

PyDoc_STRVAR(items_doc,
             "items($self, /)\n--\n\n"
             "Return a set-like view of the (key, value) pairs.\n\n"
             "Complexity: O(1); a walk over it is O(n).\n\n"
             ">>> sorted(PersistentMap(a=1, b=2).items())\n"
             "[('a', 1), ('b', 2)]");

PyDoc_STRVAR(from_dict_doc,
             "from_dict($type, dict, /)\n--\n\n"
             "Return a map with the items of a dict.\n\n"
             "Complexity: O(n). Raises TypeError for anything but a dict.\n\n"
             ">>> PersistentMap.from_dict({'a': 1})\n"
             "PersistentMap({'a': 1})");

PyDoc_STRVAR(fromkeys_doc,
             "fromkeys($type, iterable, value=None, /)\n--\n\n"
             "Return a map of the iterable's items, all with one value.\n\n"
             "Complexity: O(n). Raises TypeError for an unhashable item, and\n"
             "what the iterable raises.\n\n"
             ">>> PersistentMap.fromkeys('a', 0)\n"
             "PersistentMap({'a': 0})");

PyDoc_STRVAR(class_getitem_doc,
             "__class_getitem__($type, item, /)\n--\n\n"
             "PersistentMap[K, V], for annotations.");

PyDoc_STRVAR(stats_doc,
             "stats($self, /)\n--\n\n"
             "Return figures on the nodes of the map, a MapStats.\n\n"
             "Complexity: O(n).\n\n"
             ">>> PersistentMap(a=1, b=2).stats().kind\n"
             "'array'");

PyDoc_STRVAR(shared_with_doc,
             "shared_with($self, other, /)\n--\n\n"
             "Return how much memory two maps share: (nodes, bytes).\n\n"
             "Complexity: O(n). Raises TypeError unless *other* is a\n"
             "PersistentMap.\n\n"
             ">>> old = PersistentMap.fromkeys(range(1000))\n"
             ">>> new = old.set(7, 'seven')\n"
             ">>> old.shared_with(new).bytes > 0.9 * old.stats().bytes\n"
             "True");

PyDoc_STRVAR(to_dot_doc,
             "to_dot($self, /, *others)\n--\n\n"
             "Return a drawing of the map, and of other versions beside it,\n"
             "as Graphviz text.\n\n"
             "A node that several versions share is drawn once, in a colour\n"
             "of its own. Complexity: O(n). Raises TypeError unless the\n"
             "others are PersistentMaps.\n\n"
             ">>> PersistentMap(a=1).to_dot().splitlines()[0]\n"
             "'digraph {'");

PyDoc_STRVAR(pretty_doc, "_repr_pretty_($self, p, cycle, /)\n--\n\n"
                         "Print the map in IPython.");

PyDoc_STRVAR(rich_doc, "__rich_repr__($self, /)\n--\n\n"
                       "Print the map with rich.");

PyDoc_STRVAR(svg_doc, "A function that draws a small map, where Graphviz is "
                      "installed.");

PyDoc_STRVAR(pydantic_doc,
             "__get_pydantic_core_schema__($type, source, handler, /)\n--\n\n"
             "Return how pydantic validates and serialises a field.");

PyDoc_STRVAR(check_doc, "_check($self, /)\n--\n\n"
                        "Check every invariant of the tree; for tests.");

PyDoc_STRVAR(dump_doc, "_dump($self, /)\n--\n\n"
                       "Return a drawing of the tree; for tests.");

PyDoc_STRVAR(figures_doc, "_figures($self, /)\n--\n\n"
                          "Return a dict of figures on the tree.");

PyDoc_STRVAR(shared_doc, "_shared($self, other, /)\n--\n\n"
                         "Return the number of shared nodes, and their bytes.");

PyDoc_STRVAR(nodes_doc,
             "_nodes($self, /)\n--\n\n"
             "Return a list of the nodes, parents first: each a tuple of its\n"
             "address, its kind, its entries as (bucket, key, value) and its\n"
             "children as (bucket, address).");

PyDoc_STRVAR(differences_doc,
             "_differences($self, other, missing, /)\n--\n\n"
             "Return a list of (key, mine, theirs), with *missing* for no "
             "value.");

PyDoc_STRVAR(entry_doc,
             "_entry($self, key, /)\n--\n\n"
             "Return the pair of the stored key and its value, or None.");

#define FORWARDED(NAME)                                                        \
    {#NAME, (PyCFunction)(void (*)(void))map_py_##NAME,                        \
     METH_VARARGS | METH_KEYWORDS, NAME##_doc}

static PyMethodDef map_methods[] = {
    {"get", (PyCFunction)(void (*)(void))map_py_get,
     METH_FASTCALL | METH_KEYWORDS, get_doc},
    {"get_many", (PyCFunction)(void (*)(void))map_py_get_many,
     METH_FASTCALL | METH_KEYWORDS, get_many_doc},
    {"set", (PyCFunction)(void (*)(void))map_py_set, METH_FASTCALL, set_doc},
    {"delete", map_py_delete, METH_O, delete_doc},
    {"discard", map_py_discard, METH_O, discard_doc},
    {"update", (PyCFunction)(void (*)(void))map_py_update,
     METH_VARARGS | METH_KEYWORDS, update_doc},
    {"merge", (PyCFunction)(void (*)(void))map_py_merge,
     METH_FASTCALL | METH_KEYWORDS, merge_doc},
    FORWARDED(diff),
    FORWARDED(apply),
    FORWARDED(alter),
    FORWARDED(get_in),
    FORWARDED(set_in),
    FORWARDED(alter_in),
    FORWARDED(delete_in),
    FORWARDED(filter),
    FORWARDED(map_values),
    FORWARDED(select),
    FORWARDED(omit),
    FORWARDED(stats),
    FORWARDED(shared_with),
    FORWARDED(to_dot),
    {"_repr_pretty_", (PyCFunction)(void (*)(void))map_py__repr_pretty_,
     METH_VARARGS | METH_KEYWORDS, pretty_doc},
    {"__rich_repr__", (PyCFunction)(void (*)(void))map_py___rich_repr__,
     METH_VARARGS | METH_KEYWORDS, rich_doc},
    {"__get_pydantic_core_schema__",
     (PyCFunction)(void (*)(void))map_py___get_pydantic_core_schema__,
     METH_VARARGS | METH_KEYWORDS | METH_CLASS, pydantic_doc},
    {"_entry", map_py_entry, METH_O, entry_doc},
    {"_differences", (PyCFunction)(void (*)(void))map_py_differences,
     METH_FASTCALL, differences_doc},
    {"mutate", map_py_mutate, METH_NOARGS, mutate_doc},
    {"keys", map_py_keys, METH_NOARGS, keys_doc},
    {"values", map_py_values, METH_NOARGS, values_doc},
    {"items", map_py_items, METH_NOARGS, items_doc},
    {"from_dict", map_py_from_dict, METH_O | METH_CLASS, from_dict_doc},
    {"fromkeys", (PyCFunction)(void (*)(void))map_py_fromkeys,
     METH_FASTCALL | METH_CLASS, fromkeys_doc},
    {"__class_getitem__", Py_GenericAlias, METH_O | METH_CLASS,
     class_getitem_doc},
    {"__copy__", map_py_copy, METH_NOARGS, NULL},
    {"__deepcopy__", map_py_deepcopy, METH_O, NULL},
    {"__reduce__", map_py_reduce, METH_NOARGS, NULL},
    {"__sizeof__", map_py_sizeof, METH_NOARGS, NULL},
    {"_check", map_py_check, METH_NOARGS, check_doc},
    {"_dump", map_py_dump, METH_NOARGS, dump_doc},
    {"_figures", map_py_figures, METH_NOARGS, figures_doc},
    {"_shared", map_py_shared, METH_O, shared_doc},
    {"_nodes", map_py_nodes, METH_NOARGS, nodes_doc},
    {NULL, NULL, 0, NULL},
};

static PyMemberDef map_members[] = {
    {"__weaklistoffset__", T_PYSSIZET, offsetof(MapObject, weakrefs), READONLY,
     NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyGetSetDef map_getset[] = {
    {"_repr_svg_", map_get_repr_svg, NULL, svg_doc, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot map_slots[] = {
    {Py_tp_doc, (void *)map_doc},
    {Py_tp_new, map_tp_new},
    {Py_tp_dealloc, map_tp_dealloc},
    {Py_tp_traverse, map_tp_traverse},
    {Py_tp_methods, map_methods},
    {Py_tp_members, map_members},
    {Py_tp_getset, map_getset},
    {Py_tp_iter, map_tp_iter},
    {Py_tp_repr, map_tp_repr},
    {Py_tp_hash, map_tp_hash},
    {Py_tp_richcompare, map_tp_richcompare},
    {Py_mp_length, map_mp_length},
    {Py_mp_subscript, map_mp_subscript},
    {Py_sq_contains, map_sq_contains},
    {Py_nb_or, map_nb_or},
    {0, NULL},
};

PyType_Spec map_spec = {
    .name = "pyhamt.PersistentMap",
    .basicsize = sizeof(MapObject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_MAPPING
             | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = map_slots,
};
