/* SPDX-License-Identifier: Apache-2.0 */

/* Iterators over the keys, values and items of a map.
 *
 * A map never changes, so an iterator needs no guard: it holds the map until
 * its end, and lets go of it there. The iterator of a mutation walks over a map
 * that holds the mutation's root, and watches its count of edits.
 *
 * Two threads may take turns with one iterator: a step is a critical section.
 */

#include "shim.h"

PyObject *
iterator_new(PyTypeObject *type, MapObject *map, hamt_parts parts)
{
    IteratorObject *iterator = PyObject_GC_New(IteratorObject, type);
    if (iterator == NULL) {
        return NULL;
    }
    iterator->map = (MapObject *)Py_NewRef(map);
    iterator->mutation = NULL;
    iterator->edits = 0;
    iterator->pair = NULL;
    iterator->remaining = hamt_map_count(map->root);
    hamt_cursor_init(&iterator->cursor, map->root, parts);
    PyObject_GC_Track(iterator);
    return (PyObject *)iterator;
}

void
iterator_watch(PyObject *self, MutationObject *mutation, uint64_t edits)
{
    IteratorObject *iterator = (IteratorObject *)self;
    iterator->mutation = (MutationObject *)Py_NewRef(mutation);
    iterator->edits = edits;
}

PyObject *
map_tp_iter(PyObject *self)
{
    MapObject *map = (MapObject *)self;
    return iterator_new(map->state->KeysIteratorType, map, HAMT_KEYS);
}

static int
iterator_tp_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(((IteratorObject *)self)->map);
    Py_VISIT(((IteratorObject *)self)->mutation);
    Py_VISIT(((IteratorObject *)self)->pair);
    return 0;
}

static int
iterator_tp_clear(PyObject *self)
{
    IteratorObject *iterator = (IteratorObject *)self;
    /* Code that runs during the collection may find the iterator: the entries
     * that are left of a run go with the map. */
    hamt_cursor_init(&iterator->cursor, NULL, HAMT_KEYS);
    Py_CLEAR(iterator->map);
    Py_CLEAR(iterator->mutation);
    Py_CLEAR(iterator->pair);
    return 0;
}

static void
iterator_tp_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    Py_XDECREF(((IteratorObject *)self)->map);
    Py_XDECREF(((IteratorObject *)self)->mutation);
    Py_XDECREF(((IteratorObject *)self)->pair);
    PyObject_GC_Del(self);
    Py_DECREF(type);
}

/* The first entry of the next run; as below. */
static const hamt_entry *
iterator_advance(IteratorObject *iterator)
{
    if (iterator->map == NULL) {
        return NULL;
    }
    if (iterator->mutation != NULL
        && __atomic_load_n(&iterator->mutation->edits, __ATOMIC_RELAXED)
               != iterator->edits)
    {
        PyErr_SetString(PyExc_RuntimeError,
                        "the mutation changed during iteration");
        return NULL;
    }
    const hamt_entry *entry = hamt_cursor_next(&iterator->cursor);
    if (entry == NULL) {
        Py_CLEAR(iterator->map);
        Py_CLEAR(iterator->pair);
        return NULL;
    }
    iterator->remaining--;
    return entry;
}

/* The next entry, borrowed from the map, or NULL at the end, or with
 * RuntimeError set when the mutation has changed. In a run of the cursor there
 * is a map. */
static inline const hamt_entry *
iterator_next(IteratorObject *iterator)
{
    hamt_cursor *cursor = &iterator->cursor;
    if (cursor->next == cursor->end || iterator->mutation != NULL) {
        return iterator_advance(iterator);
    }
    iterator->remaining--;
    return cursor->next++;
}

PyObject *
entry_pack(const hamt_entry *entry)
{
    /* Making a tuple may start a collection, whose destructors may take the
     * entry's map away. */
    PyObject *key = Py_NewRef(entry->key);
    PyObject *value = Py_NewRef(entry->value);
    PyObject *pair = PyTuple_Pack(2, key, value);
    Py_DECREF(key);
    Py_DECREF(value);
    return pair;
}

static PyObject *
keys_iterator_tp_iternext(PyObject *self)
{
    PyObject *key;
    Py_BEGIN_CRITICAL_SECTION(self);
    const hamt_entry *entry = iterator_next((IteratorObject *)self);
    key = entry == NULL ? NULL : Py_NewRef(entry->key);
    Py_END_CRITICAL_SECTION();
    return key;
}

static PyObject *
values_iterator_tp_iternext(PyObject *self)
{
    PyObject *value;
    Py_BEGIN_CRITICAL_SECTION(self);
    const hamt_entry *entry = iterator_next((IteratorObject *)self);
    value = entry == NULL ? NULL : Py_NewRef(entry->value);
    Py_END_CRITICAL_SECTION();
    return value;
}

/* As dict's iterator does it, the tuple that was given last is given again
 * when nobody else has it any more: unpacking a pair lets go of it. */
static PyObject *
iterator_next_item(IteratorObject *iterator)
{
    const hamt_entry *entry = iterator_next(iterator);
    if (entry == NULL) {
        return NULL;
    }
    PyObject *pair = iterator->pair;
    if (pair != NULL && hamt_pair_reuse(pair, entry->key, entry->value)) {
        return pair;
    }
    pair = entry_pack(entry);
    if (HAMT_REUSES_PAIRS && iterator->pair == NULL) {
        iterator->pair = Py_XNewRef(pair);
    }
    return pair;
}

static PyObject *
items_iterator_tp_iternext(PyObject *self)
{
    PyObject *pair;
    Py_BEGIN_CRITICAL_SECTION(self);
    pair = iterator_next_item((IteratorObject *)self);
    Py_END_CRITICAL_SECTION();
    return pair;
}

static PyObject *
iterator_py_length_hint(PyObject *self, PyObject *ignored)
{
    (void)ignored;
    IteratorObject *iterator = (IteratorObject *)self;
    Py_ssize_t remaining;
    Py_BEGIN_CRITICAL_SECTION(self);
    remaining = iterator->map == NULL ? 0 : iterator->remaining;
    Py_END_CRITICAL_SECTION();
    return PyLong_FromSsize_t(remaining);
}

static PyMethodDef iterator_methods[] = {
    {"__length_hint__", iterator_py_length_hint, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

#define ITERATOR_TYPE(NOUN, NAME)                                              \
    static PyType_Slot NOUN##_iterator_slots[] = {                             \
        {Py_tp_traverse, iterator_tp_traverse},                                \
        {Py_tp_clear, iterator_tp_clear},                                      \
        {Py_tp_dealloc, iterator_tp_dealloc},                                  \
        {Py_tp_iter, PyObject_SelfIter},                                       \
        {Py_tp_iternext, NOUN##_iterator_tp_iternext},                         \
        {Py_tp_methods, iterator_methods},                                     \
        {0, NULL},                                                             \
    };                                                                         \
    PyType_Spec NOUN##_iterator_spec = {                                       \
        .name = "pyhamt._hamt." NAME,                                          \
        .basicsize = sizeof(IteratorObject),                                   \
        .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC                       \
                 | Py_TPFLAGS_DISALLOW_INSTANTIATION                           \
                 | Py_TPFLAGS_IMMUTABLETYPE,                                   \
        .slots = NOUN##_iterator_slots,                                        \
    }

ITERATOR_TYPE(keys, "KeysIterator");
ITERATOR_TYPE(values, "ValuesIterator");
ITERATOR_TYPE(items, "ItemsIterator");
