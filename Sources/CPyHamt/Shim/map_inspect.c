/* SPDX-License-Identifier: Apache-2.0 */

/* PersistentMap: its text, its size, and what tests look at. */

#include "shim.h"

static int
append(PyObject *pieces, PyObject *piece)
{
    if (piece == NULL) {
        return -1;
    }
    int result = PyList_Append(pieces, piece);
    Py_DECREF(piece);
    return result;
}

static PyObject *
join(PyObject *pieces, const char *separator)
{
    PyObject *glue = PyUnicode_FromString(separator);
    PyObject *text = glue == NULL ? NULL : PyUnicode_Join(glue, pieces);
    Py_XDECREF(glue);
    return text;
}

static PyObject *
map_items_text(MapObject *map)
{
    PyObject *pieces = PyList_New(0);
    if (pieces == NULL) {
        return NULL;
    }
    PyObject *text = NULL;
    hamt_cursor cursor;
    hamt_cursor_init(&cursor, map->root);
    const hamt_entry *entry;
    while ((entry = hamt_cursor_next(&cursor)) != NULL) {
        PyObject *piece =
            PyUnicode_FromFormat("%R: %R", entry->key, entry->value);
        if (append(pieces, piece) < 0) {
            goto error;
        }
    }
    PyObject *joined = join(pieces, ", ");
    if (joined != NULL) {
        text = PyUnicode_FromFormat("{%U}", joined);
        Py_DECREF(joined);
    }
error:
    Py_DECREF(pieces);
    return text;
}

PyObject *
map_tp_repr(PyObject *self)
{
    int entered = Py_ReprEnter(self);
    if (entered < 0) {
        return NULL;
    }
    PyObject *result = NULL;
    PyObject *name =
        PyObject_GetAttrString((PyObject *)Py_TYPE(self), "__name__");
    PyObject *items = entered > 0 ? PyUnicode_FromString("...")
                                  : map_items_text((MapObject *)self);
    if (name != NULL && items != NULL) {
        result = PyUnicode_FromFormat("%S(%U)", name, items);
    }
    Py_XDECREF(name);
    Py_XDECREF(items);
    if (entered == 0) {
        Py_ReprLeave(self);
    }
    return result;
}

PyObject *
map_py_sizeof(PyObject *self, PyObject *ignored)
{
    (void)ignored;
    MapObject *map = (MapObject *)self;
    hamt_statistics statistics = hamt_map_statistics(map->state, map->root);
    return PyLong_FromSsize_t((Py_ssize_t)sizeof(MapObject) + statistics.bytes);
}

PyObject *
map_py_check(PyObject *self, PyObject *ignored)
{
    (void)ignored;
    MapObject *map = (MapObject *)self;
    if (hamt_map_check(map->state, map->root) != HAMT_OK) {
        return NULL;
    }
    bool needs_tracking =
        hamt_map_is_tracked(map->root) || Py_TYPE(self) != map->state->MapType;
    if (needs_tracking != PyObject_GC_IsTracked(self)) {
        PyErr_SetString(PyExc_AssertionError,
                        "(N8) a map is tracked and its root is not, or the "
                        "reverse");
        return NULL;
    }
    Py_RETURN_NONE;
}

PyObject *
map_py_dump(PyObject *self, PyObject *ignored)
{
    (void)ignored;
    MapObject *map = (MapObject *)self;
    if (map->root == NULL) {
        return PyUnicode_FromString("empty\n");
    }
    PyObject *pieces = PyList_New(0);
    if (pieces == NULL) {
        return NULL;
    }
    PyObject *text = NULL;
    if (hamt_map_dump(map->root, pieces) == HAMT_OK) {
        text = join(pieces, "");
    }
    Py_DECREF(pieces);
    return text;
}

PyObject *
map_py_stats(PyObject *self, PyObject *ignored)
{
    (void)ignored;
    MapObject *map = (MapObject *)self;
    hamt_statistics s = hamt_map_statistics(map->state, map->root);
    const char *kind = s.entries == 0      ? "empty"
                       : s.array_nodes > 0 ? "array"
                                           : "hamt";
    double per_entry = s.entries == 0 ? 0 : (double)s.bytes / (double)s.entries;
    return Py_BuildValue(
        "{s:n,s:s,s:n,s:n,s:n,s:n,s:d,s:n,s:d,s:n,s:n,s:d}", "entries",
        s.entries, "kind", kind, "array_nodes", s.array_nodes, "branch_nodes",
        s.branch_nodes, "collision_nodes", s.collision_nodes, "tracked_nodes",
        s.tracked_nodes, "depth_mean", s.depth_mean, "depth_max", s.depth_max,
        "bitmap_utilisation", s.bitmap_utilisation, "collision_entries",
        s.collision_entries, "bytes", s.bytes, "bytes_per_entry", per_entry);
}
