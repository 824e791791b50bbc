/* SPDX-License-Identifier: Apache-2.0 */

/* PersistentMap: copying and pickling. */

#include "shim.h"

PyObject *
map_py_copy(PyObject *self, PyObject *ignored)
{
    (void)ignored;
    return Py_NewRef(self);
}

static PyObject *
deepcopy_of(hamt_state *state, PyObject *object, PyObject *memo)
{
    return PyObject_CallFunctionObjArgs(state->deepcopy, object, memo, NULL);
}

/* Copy every key and value into a new map; `*root` stays NULL when all of
 * them were their own copies. */
static int
deepcopy_entries(MapObject *map, PyObject *memo, hamt_node **root)
{
    hamt_state *state = map->state;
    hamt_node *copies = NULL;
    bool changed = false;
    PyObject *key = NULL;
    PyObject *value = NULL;
    hamt_cursor cursor;
    hamt_cursor_init(&cursor, map->root);
    const hamt_entry *entry;
    while ((entry = hamt_cursor_next(&cursor)) != NULL) {
        Py_hash_t hash;
        if ((key = deepcopy_of(state, entry->key, memo)) == NULL
            || (value = deepcopy_of(state, entry->value, memo)) == NULL
            || hash_key(key, &hash) < 0
            || hamt_map_insert(state, &copies, key, hash, value) == HAMT_ERROR)
        {
            goto error;
        }
        changed = changed || key != entry->key || value != entry->value;
        Py_CLEAR(key);
        Py_CLEAR(value);
    }
    if (changed) {
        *root = copies;
    }
    else {
        hamt_map_release(state, copies);
    }
    return 0;

error:
    Py_XDECREF(key);
    Py_XDECREF(value);
    hamt_map_release(state, copies);
    return -1;
}

PyObject *
map_py_deepcopy(PyObject *self, PyObject *memo)
{
    MapObject *map = (MapObject *)self;
    hamt_state *state = map->state;
    if (state->deepcopy == NULL) {
        PyObject *copy = PyImport_ImportModule("copy");
        if (copy == NULL) {
            return NULL;
        }
        state->deepcopy = PyObject_GetAttrString(copy, "deepcopy");
        Py_DECREF(copy);
        if (state->deepcopy == NULL) {
            return NULL;
        }
    }
    hamt_node *root = NULL;
    if (deepcopy_entries(map, memo, &root) < 0) {
        return NULL;
    }
    /* A value that holds this map has copied it on the way, as happens with
     * tuples: that copy is the one. */
    PyObject *address = PyLong_FromVoidPtr(self);
    PyObject *known = address == NULL ? NULL : PyObject_GetItem(memo, address);
    Py_XDECREF(address);
    if (known != NULL) {
        hamt_map_release(state, root);
        return known;
    }
    if (address == NULL || !PyErr_ExceptionMatches(PyExc_KeyError)) {
        hamt_map_release(state, root);
        return NULL;
    }
    PyErr_Clear();
    return root == NULL ? Py_NewRef(self) : map_wrap(state, root);
}

/* A dict with the map's items. */
static PyObject *
map_as_dict(MapObject *map)
{
    PyObject *dict = PyDict_New();
    if (dict == NULL) {
        return NULL;
    }
    hamt_cursor cursor;
    hamt_cursor_init(&cursor, map->root);
    const hamt_entry *entry;
    while ((entry = hamt_cursor_next(&cursor)) != NULL) {
        if (PyDict_SetItem(dict, entry->key, entry->value) < 0) {
            Py_DECREF(dict);
            return NULL;
        }
    }
    return dict;
}

/* A map is pickled as its type called with a dict. A cycle from a value back
 * to the map works, because pickle looks for the object once more after it has
 * written the arguments. */
PyObject *
map_py_reduce(PyObject *self, PyObject *ignored)
{
    (void)ignored;
    PyObject *dict = map_as_dict((MapObject *)self);
    if (dict == NULL) {
        return NULL;
    }
    PyObject *result = Py_BuildValue("O(O)", Py_TYPE(self), dict);
    Py_DECREF(dict);
    return result;
}
