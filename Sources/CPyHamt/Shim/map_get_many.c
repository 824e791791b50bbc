/* SPDX-License-Identifier: Apache-2.0 */

/* PersistentMap: many keys looked up in one call, a group of them at a time. */

#include "shim.h"

/* How many keys ahead the memory of a key is asked for. Not measured. */
#define KEYS_AHEAD 8

/* Look up the keys from `first` on, a group, and put their values into the
 * list. 0, or -1 with an exception set. */
static int
get_group(MapObject *map, PyObject *keys, Py_ssize_t first, PyObject *fallback,
          PyObject *values)
{
    hamt_query queries[HAMT_QUERIES];
    Py_ssize_t all = PyTuple_Size(keys);
    Py_ssize_t count = Py_MIN(all - first, HAMT_QUERIES);
    for (Py_ssize_t i = 0; i < count; i++) {
        if (first + i + KEYS_AHEAD < all) {
            hamt_prefetch(PyTuple_GetItem(keys, first + i + KEYS_AHEAD));
        }
        Py_hash_t hash;
        queries[i].key = PyTuple_GetItem(keys, first + i);
        if (hash_key(queries[i].key, &hash) < 0) {
            return -1;
        }
        queries[i].hash = (uint64_t)hash;
    }
    if (hamt_map_find_many(map->state, map->root, queries, count) != HAMT_OK) {
        return -1;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        const hamt_entry *entry = queries[i].entry;
        PyObject *value = entry == NULL ? fallback : entry->value;
        if (PyList_SetItem(values, first + i, Py_NewRef(value)) < 0) {
            return -1;
        }
    }
    return 0;
}

/* A list of None. The collector shows it to everyone, so it is never without
 * items; and who finds it may change it, so it is written to with checks. */
static PyObject *
list_of_none(Py_ssize_t size)
{
    PyObject *list = hamt_list_new(size);
    for (Py_ssize_t i = 0; list != NULL && i < size; i++) {
        PyList_SetItem(list, i, Py_NewRef(Py_None));
    }
    return list;
}

PyObject *
map_py_get_many(PyObject *self, PyObject *const *args, Py_ssize_t count,
                PyObject *keyword_names)
{
    PyObject *fallback;
    if (parse_get(args, count, keyword_names, "PersistentMap.get_many",
                  &fallback)
        < 0)
    {
        return NULL;
    }
    PyObject *keys = PySequence_Tuple(args[0]);
    if (keys == NULL) {
        return NULL;
    }
    Py_ssize_t size = PyTuple_Size(keys);
    PyObject *values = list_of_none(size);
    for (Py_ssize_t i = 0; values != NULL && i < size; i += HAMT_QUERIES) {
        if (get_group((MapObject *)self, keys, i, fallback, values) < 0) {
            Py_CLEAR(values);
        }
    }
    Py_DECREF(keys);
    return values;
}
