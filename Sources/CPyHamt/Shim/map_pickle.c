/* SPDX-License-Identifier: Apache-2.0 */

/* PersistentMap: pickling.
 *
 * A map is pickled as a call with a list of its keys and a list of its values:
 * they are written and read faster than a dict, and a map is built of them
 * bottom-up. A cycle from a value back to the map works, because pickle looks
 * for the object once more after it has written the arguments.
 *
 * A pickle may come from anywhere, so nothing is taken for granted: lists of
 * other lengths and unhashable keys raise, of equal keys the last value stays.
 */

#include "shim.h"

/* The keys or the values of a map, as a list.
 *
 * The collector shows a list to everyone from the next allocation on, which may
 * start a collection: it is filled before. */
static PyObject *
map_column(MapObject *map, hamt_parts parts)
{
    PyObject *column = hamt_list_new(hamt_map_count(map->root));
    if (column == NULL) {
        return NULL;
    }
    hamt_cursor cursor;
    hamt_cursor_init(&cursor, map->root, parts);
    const hamt_entry *entry;
    for (Py_ssize_t i = 0; (entry = hamt_cursor_next(&cursor)) != NULL; i++) {
        PyObject *part = parts == HAMT_KEYS ? entry->key : entry->value;
        PyList_SetItem(column, i, Py_NewRef(part));
    }
    return column;
}

/* (restore, (keys, values)) */
static PyObject *
reduce_plain(MapObject *map)
{
    PyObject *module = PyType_GetModule(map->state->MapType);
    /* Not kept in the state: a function of the module holds the module. */
    PyObject *restore =
        module == NULL ? NULL : PyObject_GetAttrString(module, "_restore");
    PyObject *keys = restore == NULL ? NULL : map_column(map, HAMT_KEYS);
    PyObject *values = keys == NULL ? NULL : map_column(map, HAMT_VALUES);
    if (values == NULL) {
        Py_XDECREF(restore);
        Py_XDECREF(keys);
        return NULL;
    }
    return Py_BuildValue("N(NN)", restore, keys, values);
}

/* (copyreg.__newobj__, (type, map), attributes), of which pickle makes an
 * object without calling its __init__. */
static PyObject *
reduce_subclass(MapObject *map)
{
    PyObject *copyreg = PyImport_ImportModule("copyreg");
    if (copyreg == NULL) {
        return NULL;
    }
    PyObject *newobj = PyObject_GetAttrString(copyreg, "__newobj__");
    Py_DECREF(copyreg);
    PyObject *state = newobj == NULL ? NULL : map_get_state((PyObject *)map);
    PyObject *plain = NULL;
    if (state != NULL) {
        hamt_map_retain(map->root);
        plain = map_wrap(map->state, map->state->MapType, map->root);
    }
    PyObject *result = NULL;
    if (plain != NULL) {
        result = Py_BuildValue("O(OO)O", newobj, Py_TYPE(map), plain, state);
    }
    Py_XDECREF(newobj);
    Py_XDECREF(state);
    Py_XDECREF(plain);
    return result;
}

PyObject *
map_py_reduce(PyObject *self, PyObject *ignored)
{
    (void)ignored;
    MapObject *map = (MapObject *)self;
    return Py_TYPE(self) == map->state->MapType ? reduce_plain(map)
                                                : reduce_subclass(map);
}

PyObject *
hamt_restore(PyObject *module, PyObject *const *args, Py_ssize_t count)
{
    hamt_state *state = module_state(module);
    if (check_count("_restore", count, 2, 2) < 0) {
        return NULL;
    }
    if (!PyList_CheckExact(args[0]) || !PyList_CheckExact(args[1])
        || PyList_Size(args[0]) != PyList_Size(args[1]))
    {
        PyErr_SetString(PyExc_TypeError,
                        "_restore expected two lists of one length");
        return NULL;
    }
    hamt_node *root = NULL;
    if (root_from_columns(state, args[0], args[1], &root) < 0) {
        hamt_map_release(state, root);
        return NULL;
    }
    return map_wrap(state, state->MapType, root);
}
