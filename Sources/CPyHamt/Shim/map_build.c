/* SPDX-License-Identifier: Apache-2.0 */

/* Making maps from dicts, mappings and pairs.
 *
 * A dict's keys are known to differ, so a map of them is built bottom-up, with
 * no comparison. The dict is copied before the first key is hashed: what a
 * `__hash__` does to it then does not matter.
 *
 * Everything else goes entry by entry into a map that nobody else has yet.
 */

#include "shim.h"

/* ---- Bottom-up ----------------------------------------------------------- */

static void
seeds_release(hamt_seed *seeds, Py_ssize_t count)
{
    for (Py_ssize_t i = 0; i < count; i++) {
        Py_DECREF(seeds[i].entry.key);
        Py_DECREF(seeds[i].entry.value);
    }
}

/* Copy the items of a dict, with a reference to each, into as many seeds. In
 * the dict's critical section. */
static void
seeds_from_dict(PyObject *dict, hamt_seed *seeds)
{
    Py_ssize_t position = 0;
    PyObject *key;
    PyObject *value;
    while (PyDict_Next(dict, &position, &key, &value)) {
        seeds->entry.key = Py_NewRef(key);
        seeds->entry.value = Py_NewRef(value);
        seeds++;
    }
}

/* Hash the keys of seeds and build a map of them, which takes over their
 * references; on failure they are given up. */
static int
root_from_seeds(hamt_state *state, hamt_seed *seeds, Py_ssize_t count,
                hamt_node **root)
{
    for (Py_ssize_t i = 0; i < count; i++) {
        Py_hash_t hash;
        if (hash_key(seeds[i].entry.key, &hash) < 0) {
            seeds_release(seeds, count);
            return -1;
        }
        seeds[i].hash = (uint64_t)hash;
    }
    if (hamt_map_build(seeds, count, state, root) != HAMT_OK) {
        seeds_release(seeds, count);
        return -1;
    }
    return 0;
}

/* Seeds that fit on the stack: those of a small map. */
#define SMALL_COUNT 16

/* Room for seeds: `small` if it is enough, a block, or NULL without memory. */
static hamt_seed *
seeds_allocate(Py_ssize_t count, hamt_seed *small)
{
    if (count <= SMALL_COUNT) {
        return small;
    }
    hamt_seed *seeds = PyMem_Malloc((size_t)count * sizeof(hamt_seed));
    if (seeds == NULL) {
        PyErr_NoMemory();
    }
    return seeds;
}

static void
seeds_free(hamt_seed *seeds, const hamt_seed *small)
{
    if (seeds != small) {
        PyMem_Free(seeds);
    }
}

/* The map of a dict that is not empty. */
static int
root_from_dict(hamt_state *state, PyObject *dict, hamt_node **root)
{
    hamt_seed small[SMALL_COUNT];
    Py_ssize_t count;
    hamt_seed *seeds;
    Py_BEGIN_CRITICAL_SECTION(dict);
    count = PyDict_Size(dict);
    seeds = seeds_allocate(count, small);
    if (seeds != NULL) {
        seeds_from_dict(dict, seeds);
    }
    Py_END_CRITICAL_SECTION();
    if (seeds == NULL) {
        return -1;
    }
    int result = root_from_seeds(state, seeds, count, root);
    seeds_free(seeds, small);
    return result;
}

/* ---- From two lists ------------------------------------------------------ */

/* As below, entry by entry. */
static int
root_set_columns(hamt_state *state, hamt_node **root, PyObject *keys,
                 PyObject *values)
{
    /* Code that runs meanwhile may change the lists. */
    PyObject *all_keys = PyList_AsTuple(keys);
    PyObject *all_values = all_keys == NULL ? NULL : PyList_AsTuple(values);
    int result = all_values == NULL ? -1 : 0;
    Py_ssize_t count =
        result < 0 ? 0
                   : Py_MIN(PyTuple_Size(all_keys), PyTuple_Size(all_values));
    for (Py_ssize_t i = 0; i < count && result == 0; i++) {
        result = root_set(state, root, PyTuple_GetItem(all_keys, i),
                          PyTuple_GetItem(all_values, i));
    }
    Py_XDECREF(all_keys);
    Py_XDECREF(all_values);
    return result;
}

int
root_from_columns(hamt_state *state, PyObject *keys, PyObject *values,
                  hamt_node **root)
{
    Py_ssize_t count = PyList_Size(keys);
    if (count == 0) {
        return 0;
    }
    hamt_seed small[SMALL_COUNT];
    hamt_seed *seeds = seeds_allocate(count, small);
    if (seeds == NULL) {
        return -1;
    }
    bool is_whole;
    Py_BEGIN_CRITICAL_SECTION2(keys, values);
    is_whole = PyList_Size(keys) == count && PyList_Size(values) == count;
    for (Py_ssize_t i = 0; is_whole && i < count; i++) {
        seeds[i].entry.key = Py_NewRef(PyList_GetItem(keys, i));
        seeds[i].entry.value = Py_NewRef(PyList_GetItem(values, i));
    }
    Py_END_CRITICAL_SECTION2();
    if (!is_whole) {
        PyErr_SetString(PyExc_RuntimeError,
                        "list changed size while a PersistentMap was made "
                        "from it");
        seeds_free(seeds, small);
        return -1;
    }
    hamt_node *built = NULL;
    int result = root_from_seeds(state, seeds, count, &built);
    seeds_free(seeds, small);
    if (result < 0) {
        return -1;
    }
    switch (hamt_map_holds_equal_keys(state, built)) {
    case 0:
        *root = built;
        return 0;
    case 1:
        hamt_map_release(state, built);
        return root_set_columns(state, root, keys, values);
    default:
        hamt_map_release(state, built);
        return -1;
    }
}

/* ---- Entry by entry ------------------------------------------------------ */

int
root_set(hamt_state *state, hamt_node **root, PyObject *key, PyObject *value)
{
    Py_hash_t hash;
    if (hash_key(key, &hash) < 0) {
        return -1;
    }
    hamt_displaced displaced;
    hamt_status status =
        hamt_map_insert(state, root, key, hash, value, &displaced);
    if (status == HAMT_OK) {
        hamt_displaced_release(state, &displaced);
    }
    return status == HAMT_ERROR ? -1 : 0;
}

/* The next item of a dict that had `size` items at the first: 1 with two new
 * references, 0 at the end, or -1 with RuntimeError set. */
static int
dict_next(PyObject *dict, Py_ssize_t size, Py_ssize_t *position, PyObject **key,
          PyObject **value)
{
    int found = -1;
    Py_BEGIN_CRITICAL_SECTION(dict);
    if (PyDict_Size(dict) == size) {
        found = PyDict_Next(dict, position, key, value);
        if (found) {
            Py_INCREF(*key);
            Py_INCREF(*value);
        }
    }
    Py_END_CRITICAL_SECTION();
    if (found < 0) {
        PyErr_SetString(PyExc_RuntimeError,
                        "dict changed size while a PersistentMap was made "
                        "from it");
    }
    return found;
}

/* The dict's critical section has ended when an entry is set: the caller's, in
 * which the root is edited, would not be entered again after a `__hash__` that
 * waits, were another one inside it. */
static int
root_update_from_dict(hamt_state *state, hamt_node **root, PyObject *dict)
{
    Py_ssize_t size = PyDict_Size(dict);
    Py_ssize_t position = 0;
    PyObject *key;
    PyObject *value;
    int result;
    while ((result = dict_next(dict, size, &position, &key, &value)) > 0) {
        result = root_set(state, root, key, value);
        Py_DECREF(key);
        Py_DECREF(value);
        if (result < 0) {
            return -1;
        }
    }
    return result;
}

static int
root_update_from_map(hamt_state *state, hamt_node **root, MapObject *map)
{
    hamt_node *merged;
    if (hamt_map_merge(state, *root, map->root, NULL, NULL, &merged) != HAMT_OK)
    {
        return -1;
    }
    hamt_node *old = *root;
    *root = merged;
    hamt_map_release(state, old);
    return 0;
}

/* As dict does it: the keys that `keys()` gives, each looked up. */
static int
root_update_from_mapping(hamt_state *state, hamt_node **root, PyObject *mapping,
                         PyObject *keys_method)
{
    PyObject *keys = PyObject_CallNoArgs(keys_method);
    if (keys == NULL) {
        return -1;
    }
    PyObject *iterator = PyObject_GetIter(keys);
    Py_DECREF(keys);
    if (iterator == NULL) {
        return -1;
    }
    int result = 0;
    PyObject *key;
    while (result == 0 && (key = PyIter_Next(iterator)) != NULL) {
        PyObject *value = PyObject_GetItem(mapping, key);
        result = value == NULL ? -1 : root_set(state, root, key, value);
        Py_XDECREF(value);
        Py_DECREF(key);
    }
    Py_DECREF(iterator);
    return PyErr_Occurred() ? -1 : result;
}

/* iter(object); the TypeError for what cannot be iterated is ours. */
static PyObject *
iterate(PyObject *object, const char *format)
{
    if (PyType_GetSlot(Py_TYPE(object), Py_tp_iter) == NULL
        && !PySequence_Check(object))
    {
        set_type_error(format, object);
        return NULL;
    }
    return PyObject_GetIter(object);
}

/* The two items of a pair, as new references. */
static int
unpack_pair(PyObject *pair, Py_ssize_t number, PyObject **key, PyObject **value)
{
    PyObject *sequence = PySequence_Tuple(pair);
    if (sequence == NULL) {
        if (PyErr_ExceptionMatches(PyExc_TypeError)) {
            PyErr_Format(PyExc_TypeError,
                         "cannot convert PersistentMap update sequence "
                         "element #%zd to a sequence",
                         number);
        }
        return -1;
    }
    Py_ssize_t length = PyTuple_Size(sequence);
    if (length != 2) {
        PyErr_Format(PyExc_ValueError,
                     "PersistentMap update sequence element #%zd has length "
                     "%zd; 2 is required",
                     number, length);
        Py_DECREF(sequence);
        return -1;
    }
    *key = Py_NewRef(PyTuple_GetItem(sequence, 0));
    *value = Py_NewRef(PyTuple_GetItem(sequence, 1));
    Py_DECREF(sequence);
    return 0;
}

static int
root_update_from_pairs(hamt_state *state, hamt_node **root, PyObject *pairs)
{
    PyObject *iterator = iterate(
        pairs, "PersistentMap argument must be a mapping or an iterable of "
               "pairs, not '%S'");
    if (iterator == NULL) {
        return -1;
    }
    int result = 0;
    PyObject *pair;
    for (Py_ssize_t number = 0;
         result == 0 && (pair = PyIter_Next(iterator)) != NULL; number++)
    {
        PyObject *key;
        PyObject *value;
        result = unpack_pair(pair, number, &key, &value);
        Py_DECREF(pair);
        if (result == 0) {
            result = root_set(state, root, key, value);
            Py_DECREF(key);
            Py_DECREF(value);
        }
    }
    Py_DECREF(iterator);
    return PyErr_Occurred() ? -1 : result;
}

/* Whether a dict, or an object of a subclass, is iterated as dict does. */
static bool
is_plain_dict(PyObject *object)
{
    return PyDict_CheckExact(object)
           || (PyDict_Check(object)
               && PyType_GetSlot(Py_TYPE(object), Py_tp_iter)
                      == PyType_GetSlot(&PyDict_Type, Py_tp_iter));
}

int
root_update(hamt_state *state, hamt_node **root, PyObject *source)
{
    if (is_plain_dict(source)) {
        if (PyDict_Size(source) == 0) {
            return 0;
        }
        return *root == NULL ? root_from_dict(state, source, root)
                             : root_update_from_dict(state, root, source);
    }
    if (is_plain_map(state, source)) {
        return root_update_from_map(state, root, (MapObject *)source);
    }
    if (Py_TYPE(source) == state->MutationType) {
        PyObject *map = mutation_snapshot((MutationObject *)source);
        int result = map == NULL
                         ? -1
                         : root_update_from_map(state, root, (MapObject *)map);
        Py_XDECREF(map);
        return result;
    }
    PyObject *keys_method = PyObject_GetAttrString(source, "keys");
    if (keys_method != NULL) {
        int result = root_update_from_mapping(state, root, source, keys_method);
        Py_DECREF(keys_method);
        return result;
    }
    if (!PyErr_ExceptionMatches(PyExc_AttributeError)) {
        return -1;
    }
    PyErr_Clear();
    return root_update_from_pairs(state, root, source);
}

/* ---- Constructors -------------------------------------------------------- */

static void
set_too_many_arguments(Py_ssize_t count)
{
    PyErr_Format(PyExc_TypeError,
                 "PersistentMap expected at most 1 positional argument, got "
                 "%zd",
                 count);
}

/* A map of an object, if there is one, and of keywords, if there are any; or
 * NULL with an exception set, as it is already without a state. */
static PyObject *
map_make(hamt_state *state, PyTypeObject *type, PyObject *source,
         PyObject *kwargs)
{
    if (state == NULL) {
        return NULL;
    }
    bool has_keywords = kwargs != NULL && PyDict_Size(kwargs) > 0;
    if (source != NULL && !has_keywords && type == state->MapType
        && Py_TYPE(source) == type)
    {
        return Py_NewRef(source);
    }
    hamt_node *root = NULL;
    if ((source != NULL && root_update(state, &root, source) < 0)
        || (has_keywords && root_update(state, &root, kwargs) < 0))
    {
        hamt_map_release(state, root);
        return NULL;
    }
    return map_wrap(state, type, root);
}

PyObject *
map_tp_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    Py_ssize_t count = PyTuple_Size(args);
    if (count > 1) {
        set_too_many_arguments(count);
        return NULL;
    }
    PyObject *source = count == 1 ? PyTuple_GetItem(args, 0) : NULL;
    return map_make(state_of_class(type), type, source, kwargs);
}

#ifdef Py_LIMITED_API
void
map_set_vectorcall(PyTypeObject *type)
{
    (void)type;
}
#else
static PyObject *
map_vectorcall(PyObject *type, PyObject *const *args, size_t flagged_count,
               PyObject *keyword_names)
{
    Py_ssize_t count = PyVectorcall_NARGS(flagged_count);
    if (count > 1) {
        set_too_many_arguments(count);
        return NULL;
    }
    PyObject *kwargs = NULL;
    if (keyword_names != NULL) {
        kwargs = PyDict_New();
        Py_ssize_t keywords = PyTuple_Size(keyword_names);
        for (Py_ssize_t i = 0; kwargs != NULL && i < keywords; i++) {
            PyObject *name = PyTuple_GetItem(keyword_names, i);
            if (PyDict_SetItem(kwargs, name, args[count + i]) < 0) {
                Py_CLEAR(kwargs);
            }
        }
        if (kwargs == NULL) {
            return NULL;
        }
    }
    PyTypeObject *map_type = (PyTypeObject *)type;
    PyObject *map = map_make(state_of_class(map_type), map_type,
                             count == 1 ? args[0] : NULL, kwargs);
    Py_XDECREF(kwargs);
    return map;
}

void
map_set_vectorcall(PyTypeObject *type)
{
    type->tp_vectorcall = map_vectorcall;
}
#endif

/* What a class method makes: the map, or what a subclass makes of it. */
static PyObject *
map_wrap_by_call(hamt_state *state, PyObject *type, hamt_node *root)
{
    PyObject *map = map_wrap(state, state->MapType, root);
    if (map == NULL || type == (PyObject *)state->MapType) {
        return map;
    }
    PyObject *result = PyObject_CallFunctionObjArgs(type, map, NULL);
    Py_DECREF(map);
    return result;
}

PyObject *
map_py_from_dict(PyObject *type, PyObject *dict)
{
    hamt_state *state = state_of_class((PyTypeObject *)type);
    if (state == NULL) {
        return NULL;
    }
    if (!PyDict_Check(dict)) {
        set_type_error("PersistentMap.from_dict expected a dict, got '%S'",
                       dict);
        return NULL;
    }
    hamt_node *root = NULL;
    if (root_update(state, &root, dict) < 0) {
        hamt_map_release(state, root);
        return NULL;
    }
    return map_wrap_by_call(state, type, root);
}

PyObject *
map_py_fromkeys(PyObject *type, PyObject *const *args, Py_ssize_t count)
{
    hamt_state *state = state_of_class((PyTypeObject *)type);
    if (state == NULL || check_count("PersistentMap.fromkeys", count, 1, 2) < 0)
    {
        return NULL;
    }
    PyObject *iterator =
        iterate(args[0], "PersistentMap.fromkeys: '%S' object is not iterable");
    if (iterator == NULL) {
        return NULL;
    }
    PyObject *value = count == 2 ? args[1] : Py_None;
    hamt_node *root = NULL;
    PyObject *key;
    int result = 0;
    while (result == 0 && (key = PyIter_Next(iterator)) != NULL) {
        result = root_set(state, &root, key, value);
        Py_DECREF(key);
    }
    Py_DECREF(iterator);
    if (PyErr_Occurred()) {
        hamt_map_release(state, root);
        return NULL;
    }
    return map_wrap_by_call(state, type, root);
}
