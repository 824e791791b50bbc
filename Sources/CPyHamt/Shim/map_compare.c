/* SPDX-License-Identifier: Apache-2.0 */

/* PersistentMap: equality and hash. */

#include "shim.h"

/* The value of a key that an iteration of a mapping gave: 1 with a new
 * reference, 0 when a dict has lost the key since, or -1 with an exception
 * set. */
static int
mapping_get(PyObject *mapping, PyObject *key, PyObject **value)
{
    if (!PyDict_CheckExact(mapping)) {
        *value = PyObject_GetItem(mapping, key);
        return *value == NULL ? -1 : 1;
    }
#ifdef Py_GIL_DISABLED
    return PyDict_GetItemRef(mapping, key, value);
#else
    *value = PyDict_GetItemWithError(mapping, key);
    if (*value == NULL) {
        return PyErr_Occurred() ? -1 : 0;
    }
    Py_INCREF(*value);
    return 1;
#endif
}

/* Whether a map equals a mapping of another kind with as many items: 1, 0, or
 * -1 with an exception set. */
static int
map_equals_mapping(MapObject *map, PyObject *mapping)
{
    PyObject *iterator = PyObject_GetIter(mapping);
    if (iterator == NULL) {
        return -1;
    }
    int equal = 1;
    PyObject *key;
    while (equal == 1 && (key = PyIter_Next(iterator)) != NULL) {
        PyObject *value;
        switch (map_lookup(map, key, &value)) {
        case HAMT_OK: {
            PyObject *expected;
            equal = mapping_get(mapping, key, &expected);
            if (equal == 1) {
                equal = hamt_object_equal(value, expected);
                Py_DECREF(expected);
            }
            break;
        }
        case HAMT_ERROR:
            equal = -1;
            break;
        default:
            equal = 0;
        }
        Py_DECREF(key);
    }
    Py_DECREF(iterator);
    return PyErr_Occurred() ? -1 : equal;
}

static int
map_equals(MapObject *map, PyObject *other)
{
    hamt_state *state = map->state;
    if (is_map(state, other)) {
        return hamt_map_equal(state, map->root, ((MapObject *)other)->root);
    }
    if (Py_TYPE(other) == state->MutationType) {
        PyObject *now = mutation_snapshot((MutationObject *)other);
        int equal = now == NULL ? -1 : map_equals(map, now);
        Py_XDECREF(now);
        return equal;
    }
    Py_ssize_t size = PyObject_Size(other);
    if (size < 0) {
        return -1;
    }
    if (size != hamt_map_count(map->root)) {
        return 0;
    }
    return map_equals_mapping(map, other);
}

PyObject *
map_tp_richcompare(PyObject *self, PyObject *other, int op)
{
    MapObject *map = (MapObject *)self;
    if (op != Py_EQ && op != Py_NE) {
        return Py_NewRef(Py_NotImplemented);
    }
    if (!PyDict_Check(other) && !is_map(map->state, other)) {
        int mapping = PyObject_IsInstance(other, map->state->mapping);
        if (mapping <= 0) {
            return mapping < 0 ? NULL : Py_NewRef(Py_NotImplemented);
        }
    }
    int equal = map_equals(map, other);
    if (equal < 0) {
        return NULL;
    }
    return PyBool_FromLong((op == Py_EQ) == equal);
}

/* The last step of a frozenset's hash, which takes in the count (CPython,
 * `frozenset_hash` in Objects/setobject.c). */
static Py_hash_t
finish_frozenset_hash(uint64_t mixed, Py_ssize_t count)
{
    uint64_t hash = mixed ^ (((uint64_t)count + 1) * 1927868237u);
    hash ^= (hash >> 11) ^ (hash >> 25);
    hash = hash * 69069u + 907133923u;
    return hash == UINT64_MAX ? 590923713 : (Py_hash_t)hash;
}

Py_hash_t
map_tp_hash(PyObject *self)
{
    MapObject *map = (MapObject *)self;
    Py_hash_t known = __atomic_load_n(&map->hash, __ATOMIC_RELAXED);
    if (known != -1) {
        return known;
    }
    if (Py_EnterRecursiveCall(" while hashing a PersistentMap")) {
        return -1;
    }
    uint64_t mixed;
    hamt_status status = hamt_map_hash(map->state, map->root, &mixed);
    Py_LeaveRecursiveCall();
    if (status != HAMT_OK) {
        return -1;
    }
    Py_hash_t hash = finish_frozenset_hash(mixed, hamt_map_count(map->root));
    __atomic_store_n(&map->hash, hash, __ATOMIC_RELAXED);
    return hash;
}
