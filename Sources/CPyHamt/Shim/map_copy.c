/* SPDX-License-Identifier: Apache-2.0 */

/* PersistentMap: copying, and what a subclass adds. */

#include "shim.h"

/* ---- What a subclass adds ------------------------------------------------ */

/* Look for an attribute: 1 with a new reference, 0 when there is none, or -1
 * with what the search raised. */
static int
find_attribute(PyObject *self, PyObject *name, PyObject **value)
{
    *value = PyObject_GetAttr(self, name);
    if (*value != NULL) {
        return 1;
    }
    if (!PyErr_ExceptionMatches(PyExc_AttributeError)) {
        return -1;
    }
    PyErr_Clear();
    return 0;
}

static int
find_attribute_named(PyObject *self, const char *text, PyObject **value)
{
    *value = NULL;
    PyObject *name = PyUnicode_FromString(text);
    int found = name == NULL ? -1 : find_attribute(self, name, value);
    Py_XDECREF(name);
    return found;
}

/* The names of the slots of a type, as a list. */
static PyObject *
slot_names(PyTypeObject *type)
{
    PyObject *copyreg = PyImport_ImportModule("copyreg");
    if (copyreg == NULL) {
        return NULL;
    }
    PyObject *names = PyObject_CallMethod(copyreg, "_slotnames", "(O)", type);
    Py_DECREF(copyreg);
    if (names != NULL && !PyList_Check(names)) {
        PyErr_SetString(PyExc_TypeError, "__slotnames__ is no list");
        Py_CLEAR(names);
    }
    return names;
}

/* The values of the slots of a subclass that are set, as a dict. */
static PyObject *
map_get_slots(PyObject *self)
{
    PyObject *names = slot_names(Py_TYPE(self));
    PyObject *slots = names == NULL ? NULL : PyDict_New();
    for (Py_ssize_t i = 0; slots != NULL && i < PyList_Size(names); i++) {
        PyObject *name = Py_NewRef(PyList_GetItem(names, i));
        PyObject *value = NULL;
        int found = find_attribute(self, name, &value);
        if (found < 0 || (found > 0 && PyDict_SetItem(slots, name, value) < 0))
        {
            Py_CLEAR(slots);
        }
        Py_XDECREF(value);
        Py_DECREF(name);
    }
    Py_XDECREF(names);
    return slots;
}

/* The state with a copy in place of an object's `__dict__`, for those that walk
 * over it while another thread sets attributes: without a GIL, CPython 3.13
 * crashes in an iterator over the items from which an attribute is deleted. Takes
 * over the reference to the state, which is NULL after an error. */
static PyObject *
detach_state(PyObject *self, PyObject *state)
{
    bool is_pair =
        state != NULL && PyTuple_Check(state) && PyTuple_Size(state) == 2;
    PyObject *attributes = is_pair ? PyTuple_GetItem(state, 0) : state;
    if (attributes == NULL || !PyDict_CheckExact(attributes)) {
        return state;
    }
    PyObject *dict;
    int found = find_attribute_named(self, "__dict__", &dict);
    bool is_own = dict == attributes;
    Py_XDECREF(dict);
    if (found >= 0 && !is_own) {
        return state;
    }
    PyObject *detached = found < 0 ? NULL : PyDict_Copy(attributes);
    if (is_pair && detached != NULL) {
        detached = Py_BuildValue("NO", detached, PyTuple_GetItem(state, 1));
    }
    Py_DECREF(state);
    return detached;
}

/* The state as `__getstate__` gives it. */
static PyObject *
map_call_getstate(PyObject *self)
{
    PyObject *method;
    int found = find_attribute_named(self, "__getstate__", &method);
    if (found != 0) {
        PyObject *state = found < 0 ? NULL : PyObject_CallNoArgs(method);
        Py_XDECREF(method);
        return state;
    }
    /* Before Python 3.11 object has no __getstate__. */
    PyObject *slots = map_get_slots(self);
    if (slots == NULL) {
        return NULL;
    }
    PyObject *dict;
    found = find_attribute_named(self, "__dict__", &dict);
    PyObject *state = NULL;
    if (found >= 0) {
        PyObject *attributes = found > 0 ? dict : Py_None;
        state = PyDict_Size(slots) == 0 ? Py_NewRef(attributes)
                                        : PyTuple_Pack(2, attributes, slots);
    }
    Py_XDECREF(dict);
    Py_DECREF(slots);
    return state;
}

PyObject *
map_get_state(PyObject *self)
{
    return detach_state(self, map_call_getstate(self));
}

/* Set the values of slots, which should be a dict, as attributes. */
static int
set_slots(PyObject *self, PyObject *slots)
{
    if (!PyDict_Check(slots)) {
        PyErr_SetString(PyExc_TypeError, "the state of the slots is no dict");
        return -1;
    }
    /* Nobody edits the copy meanwhile. */
    PyObject *copy = PyDict_Copy(slots);
    if (copy == NULL) {
        return -1;
    }
    int result = 0;
    Py_ssize_t position = 0;
    PyObject *name;
    PyObject *value;
    while (result == 0 && PyDict_Next(copy, &position, &name, &value)) {
        result = PyObject_SetAttr(self, name, value);
    }
    Py_DECREF(copy);
    return result;
}

/* Give an object what map_get_state got from another one. */
static int
map_set_state(PyObject *self, PyObject *state)
{
    PyObject *result = NULL;
    PyObject *method;
    int found = find_attribute_named(self, "__setstate__", &method);
    if (found != 0) {
        result = found < 0 ? NULL
                           : PyObject_CallFunctionObjArgs(method, state, NULL);
        Py_XDECREF(method);
        Py_XDECREF(result);
        return result == NULL ? -1 : 0;
    }
    PyObject *attributes = state;
    if (PyTuple_Check(state) && PyTuple_Size(state) == 2) {
        attributes = PyTuple_GetItem(state, 0);
        PyObject *slots = PyTuple_GetItem(state, 1);
        if (slots != Py_None && set_slots(self, slots) < 0) {
            return -1;
        }
    }
    if (attributes == Py_None
        || (PyDict_Check(attributes) && PyDict_Size(attributes) == 0))
    {
        return 0;
    }
    PyObject *dict = PyObject_GetAttrString(self, "__dict__");
    if (dict != NULL) {
        result = PyObject_CallMethod(dict, "update", "(O)", attributes);
        Py_DECREF(dict);
    }
    Py_XDECREF(result);
    return result == NULL ? -1 : 0;
}

/* ---- copy ---------------------------------------------------------------- */

PyObject *
map_py_copy(PyObject *self, PyObject *ignored)
{
    (void)ignored;
    MapObject *map = (MapObject *)self;
    if (Py_TYPE(self) == map->state->MapType) {
        return Py_NewRef(self);
    }
    PyObject *state = map_get_state(self);
    if (state == NULL) {
        return NULL;
    }
    hamt_map_retain(map->root);
    PyObject *copy = map_wrap(map->state, Py_TYPE(self), map->root);
    if (copy != NULL && state != Py_None && map_set_state(copy, state) < 0) {
        Py_CLEAR(copy);
    }
    Py_DECREF(state);
    return copy;
}

static PyObject *
deepcopy_of(hamt_state *state, PyObject *object, PyObject *memo)
{
    /* Atomically: a thread that comes late may just be offering its own. */
    PyObject *deepcopy = state_object(&state->deepcopy);
    return PyObject_CallFunctionObjArgs(deepcopy, object, memo, NULL);
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
    hamt_cursor_init(&cursor, map->root, HAMT_ITEMS);
    const hamt_entry *entry;
    while ((entry = hamt_cursor_next(&cursor)) != NULL) {
        if ((key = deepcopy_of(state, entry->key, memo)) == NULL
            || (value = deepcopy_of(state, entry->value, memo)) == NULL
            || root_set(state, &copies, key, value) < 0)
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

/* The copy of an object of a subclass, with its attributes; `root` is NULL if
 * the entries are their own copies. Takes over the reference to it. */
static PyObject *
deepcopy_subclass(MapObject *map, PyObject *memo, hamt_node *root)
{
    if (root == NULL) {
        root = map->root;
        hamt_map_retain(root);
    }
    PyObject *copy = map_wrap(map->state, Py_TYPE(map), root);
    PyObject *address = PyLong_FromVoidPtr(map);
    /* An attribute that leads back finds the copy there. */
    if (copy == NULL || address == NULL
        || PyObject_SetItem(memo, address, copy) < 0)
    {
        Py_XDECREF(copy);
        Py_XDECREF(address);
        return NULL;
    }
    Py_DECREF(address);
    int result = -1;
    PyObject *copied = NULL;
    PyObject *state = map_get_state((PyObject *)map);
    if (state != NULL
        && (copied = deepcopy_of(map->state, state, memo)) != NULL)
    {
        result = copied == Py_None ? 0 : map_set_state(copy, copied);
    }
    Py_XDECREF(state);
    Py_XDECREF(copied);
    if (result < 0) {
        Py_CLEAR(copy);
    }
    return copy;
}

PyObject *
map_py_deepcopy(PyObject *self, PyObject *memo)
{
    MapObject *map = (MapObject *)self;
    hamt_state *state = map->state;
    if (state_object(&state->deepcopy) == NULL) {
        PyObject *copy = PyImport_ImportModule("copy");
        if (copy == NULL) {
            return NULL;
        }
        PyObject *deepcopy = PyObject_GetAttrString(copy, "deepcopy");
        Py_DECREF(copy);
        if (deepcopy == NULL) {
            return NULL;
        }
        (void)state_keep(&state->deepcopy, deepcopy);
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
    if (Py_TYPE(self) != state->MapType) {
        return deepcopy_subclass(map, memo, root);
    }
    return root == NULL ? Py_NewRef(self)
                        : map_wrap(state, state->MapType, root);
}
