/* SPDX-License-Identifier: Apache-2.0 */

/* PersistentMap: two versions, merged or compared by a walk over what they do
 * not share.
 */

#include "shim.h"

/* ---- merge --------------------------------------------------------------- */

static PyObject *
resolve(void *context, PyObject *key, PyObject *mine, PyObject *theirs)
{
    return PyObject_CallFunctionObjArgs(context, key, mine, theirs, NULL);
}

/* The root of anything that update() takes, as a new reference. */
static int
root_of(hamt_state *state, PyObject *source, hamt_node **root)
{
    *root = NULL;
    if (root_update(state, root, source) < 0) {
        hamt_map_release(state, *root);
        return -1;
    }
    return 0;
}

PyObject *
map_py_merge(PyObject *self, PyObject *const *args, Py_ssize_t count,
             PyObject *keyword_names)
{
    MapObject *map = (MapObject *)self;
    hamt_state *state = map->state;
    PyObject *resolver = NULL;
    Py_ssize_t keywords =
        keyword_names == NULL ? 0 : PyTuple_Size(keyword_names);
    for (Py_ssize_t i = 0; i < keywords; i++) {
        PyObject *name = PyTuple_GetItem(keyword_names, i);
        if (PyUnicode_CompareWithASCIIString(name, "resolve") != 0) {
            return PyErr_Format(PyExc_TypeError,
                                "PersistentMap.merge got an unexpected "
                                "keyword argument '%U'",
                                name);
        }
        resolver = args[count + i] == Py_None ? NULL : args[count + i];
    }
    hamt_node *root = map->root;
    hamt_map_retain(root);
    for (Py_ssize_t i = 0; i < count; i++) {
        hamt_node *theirs;
        if (root_of(state, args[i], &theirs) < 0) {
            goto error;
        }
        hamt_node *merged;
        hamt_status status = hamt_map_merge(state, root, theirs,
                                            resolver == NULL ? NULL : resolve,
                                            resolver, &merged);
        hamt_map_release(state, theirs);
        if (status != HAMT_OK) {
            goto error;
        }
        hamt_node *old = root;
        root = merged;
        hamt_map_release(state, old);
    }
    return map_or_new(map, root);

error:
    hamt_map_release(state, root);
    return NULL;
}

/* ---- differences --------------------------------------------------------- */

typedef struct {
    PyObject *list;
    PyObject *missing; /* stands for no value */
} Differences;

static int32_t
append_difference(void *context, PyObject *key, PyObject *first,
                  PyObject *second)
{
    Differences *differences = context;
    PyObject *difference =
        PyTuple_Pack(3, key, first == NULL ? differences->missing : first,
                     second == NULL ? differences->missing : second);
    if (difference == NULL) {
        return -1;
    }
    int result = PyList_Append(differences->list, difference);
    Py_DECREF(difference);
    return result;
}

PyObject *
map_py_differences(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    MapObject *map = (MapObject *)self;
    if (check_count("PersistentMap._differences", count, 2, 2) < 0) {
        return NULL;
    }
    if (!is_map(map->state, args[0])) {
        set_type_error("expected a PersistentMap, not '%S'", args[0]);
        return NULL;
    }
    Differences differences = {.list = PyList_New(0), .missing = args[1]};
    if (differences.list == NULL) {
        return NULL;
    }
    if (hamt_map_difference(map->state, map->root, ((MapObject *)args[0])->root,
                            append_difference, &differences)
        != HAMT_OK)
    {
        Py_CLEAR(differences.list);
    }
    return differences.list;
}
