/* SPDX-License-Identifier: Apache-2.0 */

/* PersistentMap: the methods that give a new version. */

#include "shim.h"

PyObject *
map_py_set(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    MapObject *map = (MapObject *)self;
    if (check_count("PersistentMap.set", count, 2, 2) < 0) {
        return NULL;
    }
    Py_hash_t hash;
    if (hash_key(args[0], &hash) < 0) {
        return NULL;
    }
    hamt_node *root;
    switch (hamt_map_inserting(map->state, map->root, args[0], hash, args[1],
                               &root))
    {
    case HAMT_OK:
        return map_wrap(map->state, Py_TYPE(self), root);
    case HAMT_UNCHANGED:
        return Py_NewRef(self);
    default:
        return NULL;
    }
}

/* The map without a key; NULL without an exception when it is absent. */
static PyObject *
map_without(MapObject *map, PyObject *key)
{
    Py_hash_t hash;
    if (hash_key(key, &hash) < 0) {
        return NULL;
    }
    hamt_node *root;
    if (hamt_map_removing(map->state, map->root, key, hash, &root) != HAMT_OK) {
        return NULL;
    }
    return map_wrap(map->state, Py_TYPE(map), root);
}

PyObject *
map_py_delete(PyObject *self, PyObject *key)
{
    PyObject *result = map_without((MapObject *)self, key);
    if (result == NULL && !PyErr_Occurred()) {
        set_key_error(key);
    }
    return result;
}

PyObject *
map_py_discard(PyObject *self, PyObject *key)
{
    PyObject *result = map_without((MapObject *)self, key);
    if (result == NULL && !PyErr_Occurred()) {
        return Py_NewRef(self);
    }
    return result;
}

PyObject *
map_or_new(MapObject *map, hamt_node *root)
{
    if (root == map->root) {
        hamt_map_release(map->state, root);
        return Py_NewRef((PyObject *)map);
    }
    return map_wrap(map->state, Py_TYPE(map), root);
}

PyObject *
map_py_update(PyObject *self, PyObject *args, PyObject *kwargs)
{
    MapObject *map = (MapObject *)self;
    hamt_node *root = map->root;
    hamt_map_retain(root);
    Py_ssize_t count = PyTuple_Size(args);
    for (Py_ssize_t i = 0; i < count; i++) {
        if (root_update(map->state, &root, PyTuple_GetItem(args, i)) < 0) {
            goto error;
        }
    }
    if (kwargs != NULL && root_update(map->state, &root, kwargs) < 0) {
        goto error;
    }
    return map_or_new(map, root);

error:
    hamt_map_release(map->state, root);
    return NULL;
}

static int
is_mapping(hamt_state *state, PyObject *object)
{
    if (PyDict_Check(object) || is_map(state, object)) {
        return 1;
    }
    return PyObject_IsInstance(object, state->mapping);
}

PyObject *
map_nb_or(PyObject *left, PyObject *right)
{
    hamt_state *state = state_of_type(Py_TYPE(left));
    if (state != NULL && is_map(state, left)) {
        int mapping = is_mapping(state, right);
        if (mapping <= 0) {
            return mapping < 0 ? NULL : Py_NewRef(Py_NotImplemented);
        }
        MapObject *map = (MapObject *)left;
        hamt_node *root = map->root;
        hamt_map_retain(root);
        if (root_update(state, &root, right) < 0) {
            hamt_map_release(state, root);
            return NULL;
        }
        if (map->root == NULL && root != NULL
            && Py_TYPE(right) == Py_TYPE(left))
        {
            map = (MapObject *)right;
        }
        return map_or_new(map, root);
    }
    state = state_of_class(Py_TYPE(right));
    int mapping = state == NULL ? -1 : is_mapping(state, left);
    if (mapping <= 0) {
        return mapping < 0 ? NULL : Py_NewRef(Py_NotImplemented);
    }
    hamt_node *root = NULL;
    if (root_update(state, &root, left) < 0
        || root_update(state, &root, right) < 0)
    {
        hamt_map_release(state, root);
        return NULL;
    }
    return map_or_new((MapObject *)right, root);
}
