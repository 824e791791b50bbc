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

/* The text of an entry. Nested maps nest calls of this: a format of the reprs
 * themselves would take twice the stack for a level, more than there is for as
 * many levels as a free-threaded Python 3.13 lets through. */
static PyObject *
entry_text(const hamt_entry *entry)
{
    PyObject *key = PyObject_Repr(entry->key);
    PyObject *value = key == NULL ? NULL : PyObject_Repr(entry->value);
    PyObject *text =
        value == NULL ? NULL : PyUnicode_FromFormat("%U: %U", key, value);
    Py_XDECREF(key);
    Py_XDECREF(value);
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
    hamt_cursor_init(&cursor, map->root, HAMT_ITEMS);
    const hamt_entry *entry;
    while ((entry = hamt_cursor_next(&cursor)) != NULL) {
        if (append(pieces, entry_text(entry)) < 0) {
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
    PyObject *items = NULL;
    if (name != NULL) {
        items = entered > 0 ? PyUnicode_FromString("...")
                            : map_items_text((MapObject *)self);
    }
    if (items != NULL) {
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
map_py_figures(PyObject *self, PyObject *ignored)
{
    (void)ignored;
    MapObject *map = (MapObject *)self;
    hamt_statistics s = hamt_map_statistics(map->state, map->root);
    const char *kind = s.branch_nodes > 0 ? "hamt" : "array";
    double per_entry = s.entries == 0 ? 0 : (double)s.bytes / (double)s.entries;
    return Py_BuildValue(
        "{s:n,s:s,s:n,s:n,s:n,s:n,s:d,s:n,s:d,s:n,s:n,s:d}", "entries",
        s.entries, "kind", kind, "array_nodes", s.array_nodes, "branch_nodes",
        s.branch_nodes, "collision_nodes", s.collision_nodes, "tracked_nodes",
        s.tracked_nodes, "depth_mean", s.depth_mean, "depth_max", s.depth_max,
        "bitmap_utilisation", s.bitmap_utilisation, "collision_entries",
        s.collision_entries, "bytes", s.bytes, "bytes_per_entry", per_entry);
}

PyObject *
map_py_shared(PyObject *self, PyObject *other)
{
    MapObject *map = (MapObject *)self;
    if (!is_map(map->state, other)) {
        set_type_error("expected a PersistentMap, not '%S'", other);
        return NULL;
    }
    hamt_statistics s = hamt_map_shared_statistics(map->state, map->root,
                                                   ((MapObject *)other)->root);
    return Py_BuildValue(
        "(nn)", s.array_nodes + s.branch_nodes + s.collision_nodes, s.bytes);
}

/* ---- Nodes, for drawings ------------------------------------------------- */

/* The lowest bucket of a set, which it leaves; None for nodes without. */
static PyObject *
take_bucket(uint32_t *buckets)
{
    if (*buckets == 0) {
        Py_RETURN_NONE;
    }
    int bucket = __builtin_ctz(*buckets);
    *buckets &= *buckets - 1;
    return PyLong_FromLong(bucket);
}

static PyObject *
node_entries(const hamt_node_contents *contents)
{
    PyObject *entries = PyList_New(0);
    uint32_t buckets = contents->entry_buckets;
    for (Py_ssize_t i = 0; entries != NULL && i < contents->entry_count; i++) {
        const hamt_entry *entry = &contents->entries[i];
        PyObject *item = Py_BuildValue("(NOO)", take_bucket(&buckets),
                                       entry->key, entry->value);
        if (append(entries, item) < 0) {
            Py_CLEAR(entries);
        }
    }
    return entries;
}

static PyObject *
node_children(const hamt_node_contents *contents)
{
    PyObject *children = PyList_New(0);
    uint32_t buckets = contents->child_buckets;
    for (Py_ssize_t i = 0; children != NULL && i < contents->child_count; i++) {
        PyObject *item =
            Py_BuildValue("(NN)", take_bucket(&buckets),
                          PyLong_FromVoidPtr(contents->children[i]));
        if (append(children, item) < 0) {
            Py_CLEAR(children);
        }
    }
    return children;
}

/* Append a node and what is below it, parents first. */
static int
append_nodes(PyObject *nodes, hamt_node *node)
{
    static const char *const kinds[] = {
        [HAMT_BRANCH] = "branch",
        [HAMT_COLLISION] = "collision",
        [HAMT_ARRAY] = "array",
    };
    hamt_node_contents contents = hamt_node_look(node);
    PyObject *item =
        Py_BuildValue("(NsNN)", PyLong_FromVoidPtr(node), kinds[contents.kind],
                      node_entries(&contents), node_children(&contents));
    if (append(nodes, item) < 0) {
        return -1;
    }
    for (Py_ssize_t i = 0; i < contents.child_count; i++) {
        if (append_nodes(nodes, contents.children[i]) < 0) {
            return -1;
        }
    }
    return 0;
}

PyObject *
map_py_nodes(PyObject *self, PyObject *ignored)
{
    (void)ignored;
    MapObject *map = (MapObject *)self;
    PyObject *nodes = PyList_New(0);
    if (nodes != NULL && map->root != NULL
        && append_nodes(nodes, map->root) < 0)
    {
        Py_CLEAR(nodes);
    }
    return nodes;
}
