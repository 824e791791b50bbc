/* SPDX-License-Identifier: Apache-2.0 */

/* MapMutation: a map being edited in place by one owner.
 *
 *              mutate()              finish()
 *     map ───────────────▶ open ───────────────▶ finished
 *                          │  ▲
 *                     begin│  │end
 *                          ▼  │
 *                         busy          an edit, or one more finish, raises
 *
 * A mutation starts with the root of its map. The first edit on a way copies
 * the nodes there, as for any update; from then on nothing else holds them, and
 * edits change them where they are. `finish` hands the root to a new map.
 *
 * An edit hashes its key, then makes the mutation busy, then searches, which
 * may run `__eq__`; whatever that code does, it cannot edit. A read takes a
 * reference to the root while it searches: an edit that its `__eq__` makes then
 * copies, and the read goes on in the version that it began with.
 *
 * The same holds for threads. An edit holds the mutation's critical section, and
 * changes nodes only between two moments at which foreign code may run; there,
 * another thread finds the mutation whole and busy, and can read it.
 */

#include "shim.h"

/* ---- Life ---------------------------------------------------------------- */

PyObject *
map_py_mutate(PyObject *self, PyObject *ignored)
{
    (void)ignored;
    MapObject *map = (MapObject *)self;
    MutationObject *mutation =
        PyObject_GC_New(MutationObject, map->state->MutationType);
    if (mutation == NULL) {
        return NULL;
    }
    hamt_map_retain(map->root);
    mutation->state = state_retain(map->state);
    mutation->map = (MapObject *)Py_NewRef(self);
    mutation->root = map->root;
    mutation->edits = 0;
    mutation->is_busy = false;
    mutation->is_finished = false;
    mutation->weakrefs = NULL;
    PyObject_GC_Track(mutation);
    return (PyObject *)mutation;
}

static int
mutation_tp_traverse(PyObject *self, visitproc visit, void *arg)
{
    MutationObject *mutation = (MutationObject *)self;
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(mutation->map);
    /* During an edit the root may be about to be replaced. */
    if (!mutation->is_busy && hamt_map_is_tracked(mutation->root)) {
        Py_VISIT((PyObject *)mutation->root);
    }
    return 0;
}

/* Leaves an empty, open mutation; one that is being edited, by code that the
 * collector's work has run, as it is. */
static int
mutation_tp_clear(PyObject *self)
{
    MutationObject *mutation = (MutationObject *)self;
    hamt_node *root = NULL;
    MapObject *map = NULL;
    Py_BEGIN_CRITICAL_SECTION(mutation);
    if (!mutation->is_busy) {
        root = mutation->root;
        map = mutation->map;
        mutation->root = NULL;
        mutation->map = NULL;
        mutation->edits++;
        mutation->is_finished = false;
    }
    Py_END_CRITICAL_SECTION();
    hamt_map_release(mutation->state, root);
    Py_XDECREF(map);
    return 0;
}

static void
mutation_tp_dealloc(PyObject *self)
{
    MutationObject *mutation = (MutationObject *)self;
    hamt_state *state = mutation->state;
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    clear_weakrefs(self, &mutation->weakrefs);
    hamt_map_release(state, mutation->root);
    Py_XDECREF(mutation->map);
    PyObject_GC_Del(self);
    state_release(state);
    Py_DECREF(type);
}

/* ---- Editing ------------------------------------------------------------- */

/* Some ask before they enter the critical section, too. */
static int
mutation_require_open(MutationObject *mutation)
{
    if (__atomic_load_n(&mutation->is_finished, __ATOMIC_RELAXED)) {
        PyErr_SetString(PyExc_ValueError, "this mutation is finished");
        return -1;
    }
    return 0;
}

/* Claim the mutation, in its critical section, for an edit: HAMT_OK, or
 * HAMT_ERROR with an exception set. */
static hamt_status
mutation_begin(MutationObject *mutation)
{
    if (mutation_require_open(mutation) < 0) {
        return HAMT_ERROR;
    }
    if (mutation->is_busy) {
        PyErr_SetString(PyExc_RuntimeError,
                        "this mutation is being edited already");
        return HAMT_ERROR;
    }
    mutation->is_busy = true;
    return HAMT_OK;
}

static void
mutation_end(MutationObject *mutation, bool changed)
{
    mutation->is_busy = false;
    /* An iterator looks at the count outside the critical section. */
    __atomic_store_n(&mutation->edits, mutation->edits + changed,
                     __ATOMIC_RELAXED);
}

/* Set a key: 0, or -1 with an exception set. */
static int
mutation_set(MutationObject *mutation, PyObject *key, PyObject *value)
{
    hamt_state *state = mutation->state;
    Py_hash_t hash;
    if (hash_key(key, &hash) < 0) {
        return -1;
    }
    hamt_displaced displaced;
    hamt_status status;
    Py_BEGIN_CRITICAL_SECTION(mutation);
    status = mutation_begin(mutation);
    if (status == HAMT_OK) {
        status = hamt_map_insert(state, &mutation->root, key, hash, value,
                                 &displaced);
        mutation_end(mutation, status == HAMT_OK);
    }
    Py_END_CRITICAL_SECTION();
    if (status == HAMT_OK) {
        hamt_displaced_release(state, &displaced);
    }
    return status == HAMT_ERROR ? -1 : 0;
}

/* Remove a key: HAMT_OK, HAMT_NOT_FOUND or HAMT_ERROR. */
static hamt_status
mutation_remove(MutationObject *mutation, PyObject *key)
{
    hamt_state *state = mutation->state;
    Py_hash_t hash;
    if (hash_key(key, &hash) < 0) {
        return HAMT_ERROR;
    }
    hamt_displaced displaced;
    hamt_status status;
    Py_BEGIN_CRITICAL_SECTION(mutation);
    status = mutation_begin(mutation);
    if (status == HAMT_OK) {
        status = hamt_map_remove(state, &mutation->root, key, hash, &displaced);
        mutation_end(mutation, status == HAMT_OK);
    }
    Py_END_CRITICAL_SECTION();
    if (status == HAMT_OK) {
        hamt_displaced_release(state, &displaced);
    }
    return status;
}

/* ---- Reading ------------------------------------------------------------- */

/* The root as it is now, with a reference. */
static hamt_node *
mutation_root(MutationObject *mutation)
{
    hamt_node *root;
    Py_BEGIN_CRITICAL_SECTION(mutation);
    root = mutation->root;
    hamt_map_retain(root);
    Py_END_CRITICAL_SECTION();
    return root;
}

/* Look up a key: HAMT_OK with a new reference, HAMT_NOT_FOUND, HAMT_ERROR. */
static hamt_status
mutation_lookup(MutationObject *mutation, PyObject *key, PyObject **value)
{
    hamt_state *state = mutation->state;
    Py_hash_t hash;
    if (hash_key(key, &hash) < 0) {
        return HAMT_ERROR;
    }
    hamt_node *root = mutation_root(mutation);
    const hamt_entry *entry;
    hamt_status status = hamt_map_find(state, root, key, hash, &entry);
    if (status == HAMT_OK) {
        *value = Py_NewRef(entry->value);
    }
    hamt_map_release(state, root);
    return status;
}

static Py_ssize_t
mutation_mp_length(PyObject *self)
{
    Py_ssize_t count;
    Py_BEGIN_CRITICAL_SECTION(self);
    count = hamt_map_count(((MutationObject *)self)->root);
    Py_END_CRITICAL_SECTION();
    return count;
}

static PyObject *
mutation_mp_subscript(PyObject *self, PyObject *key)
{
    PyObject *value;
    switch (mutation_lookup((MutationObject *)self, key, &value)) {
    case HAMT_OK:
        return value;
    case HAMT_NOT_FOUND:
        set_key_error(key);
        return NULL;
    default:
        return NULL;
    }
}

static int
mutation_sq_contains(PyObject *self, PyObject *key)
{
    PyObject *value;
    switch (mutation_lookup((MutationObject *)self, key, &value)) {
    case HAMT_OK:
        Py_DECREF(value);
        return 1;
    case HAMT_NOT_FOUND:
        return 0;
    default:
        return -1;
    }
}

static PyObject *
mutation_py_get(PyObject *self, PyObject *const *args, Py_ssize_t count,
                PyObject *names)
{
    PyObject *fallback;
    if (parse_get(args, count, names, "MapMutation.get", &fallback) < 0) {
        return NULL;
    }
    PyObject *value;
    switch (mutation_lookup((MutationObject *)self, args[0], &value)) {
    case HAMT_OK:
        return value;
    case HAMT_NOT_FOUND:
        return Py_NewRef(fallback);
    default:
        return NULL;
    }
}

PyObject *
mutation_snapshot(MutationObject *mutation)
{
    hamt_state *state = mutation->state;
    return map_wrap(state, state->MapType, mutation_root(mutation));
}

static PyObject *
mutation_tp_iter(PyObject *self)
{
    MutationObject *mutation = (MutationObject *)self;
    /* Read first: another thread, or a destructor that an allocation runs, may
     * edit the mutation once the snapshot is taken. */
    uint64_t edits = __atomic_load_n(&mutation->edits, __ATOMIC_RELAXED);
    PyObject *map = mutation_snapshot(mutation);
    if (map == NULL) {
        return NULL;
    }
    PyObject *iterator = iterator_new(mutation->state->KeysIteratorType,
                                      (MapObject *)map, HAMT_KEYS);
    Py_DECREF(map);
    if (iterator != NULL) {
        iterator_watch(iterator, mutation, edits);
    }
    return iterator;
}

/* A view of collections.abc over the mutation, which reads it as it is then. */
static PyObject *
mutation_view(PyObject *self, const char *name)
{
    PyObject *abc = PyImport_ImportModule("_collections_abc");
    if (abc == NULL) {
        return NULL;
    }
    PyObject *view = PyObject_CallMethod(abc, name, "(O)", self);
    Py_DECREF(abc);
    return view;
}

static PyObject *
mutation_py_keys(PyObject *self, PyObject *ignored)
{
    (void)ignored;
    return mutation_view(self, "KeysView");
}

static PyObject *
mutation_py_values(PyObject *self, PyObject *ignored)
{
    (void)ignored;
    return mutation_view(self, "ValuesView");
}

static PyObject *
mutation_py_items(PyObject *self, PyObject *ignored)
{
    (void)ignored;
    return mutation_view(self, "ItemsView");
}

static PyObject *
mutation_tp_richcompare(PyObject *self, PyObject *other, int op)
{
    PyObject *map = mutation_snapshot((MutationObject *)self);
    if (map == NULL) {
        return NULL;
    }
    /* One snapshot for both sides: the mutation may be edited after it. */
    PyObject *result = map_tp_richcompare(map, other == self ? map : other, op);
    Py_DECREF(map);
    return result;
}

static PyObject *
mutation_tp_repr(PyObject *self)
{
    PyObject *map = mutation_snapshot((MutationObject *)self);
    if (map == NULL) {
        return NULL;
    }
    int entered = Py_ReprEnter(self);
    PyObject *result = NULL;
    if (entered > 0) {
        result = PyUnicode_FromString("<MapMutation of ...>");
    }
    else if (entered == 0) {
        /* As in entry_text, the repr is not made by the format. */
        PyObject *text = PyObject_Repr(map);
        if (text != NULL) {
            result = PyUnicode_FromFormat("<MapMutation of %U>", text);
            Py_DECREF(text);
        }
        Py_ReprLeave(self);
    }
    Py_DECREF(map);
    return result;
}

/* ---- Methods that edit --------------------------------------------------- */

static int
mutation_mp_ass_subscript(PyObject *self, PyObject *key, PyObject *value)
{
    MutationObject *mutation = (MutationObject *)self;
    if (value != NULL) {
        return mutation_set(mutation, key, value);
    }
    hamt_status status = mutation_remove(mutation, key);
    if (status == HAMT_NOT_FOUND) {
        set_key_error(key);
    }
    return status == HAMT_OK ? 0 : -1;
}

static PyObject *
mutation_py_set(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    if (check_count("MapMutation.set", count, 2, 2) < 0
        || mutation_set((MutationObject *)self, args[0], args[1]) < 0)
    {
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *
mutation_py_delete(PyObject *self, PyObject *key)
{
    if (mutation_mp_ass_subscript(self, key, NULL) < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *
mutation_py_discard(PyObject *self, PyObject *key)
{
    if (mutation_remove((MutationObject *)self, key) == HAMT_ERROR) {
        return NULL;
    }
    Py_RETURN_NONE;
}

/* Remove a key and give its value, which must be `expected` unless that is
 * NULL: HAMT_OK with a new reference, HAMT_NOT_FOUND or HAMT_ERROR. This is one
 * edit: what the search runs cannot set a value that is then lost. */
static hamt_status
mutation_take(MutationObject *mutation, PyObject *key, PyObject *expected,
              PyObject **value)
{
    hamt_state *state = mutation->state;
    Py_hash_t hash;
    if (hash_key(key, &hash) < 0) {
        return HAMT_ERROR;
    }
    PyObject *found = NULL;
    hamt_displaced displaced;
    hamt_status status;
    Py_BEGIN_CRITICAL_SECTION(mutation);
    status = mutation_begin(mutation);
    if (status == HAMT_OK) {
        const hamt_entry *entry;
        status = hamt_map_find(state, mutation->root, key, hash, &entry);
        if (status == HAMT_OK && expected != NULL && entry->value != expected) {
            status = HAMT_NOT_FOUND;
        }
        if (status == HAMT_OK) {
            found = Py_NewRef(entry->value);
            status =
                hamt_map_remove(state, &mutation->root, key, hash, &displaced);
        }
        mutation_end(mutation, status == HAMT_OK);
    }
    Py_END_CRITICAL_SECTION();
    if (status == HAMT_OK) {
        *value = found;
        hamt_displaced_release(state, &displaced);
    }
    else {
        Py_XDECREF(found);
    }
    return status;
}

static PyObject *
mutation_py_pop(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    MutationObject *mutation = (MutationObject *)self;
    if (check_count("MapMutation.pop", count, 1, 2) < 0
        || mutation_require_open(mutation) < 0)
    {
        return NULL;
    }
    PyObject *value;
    switch (mutation_take(mutation, args[0], NULL, &value)) {
    case HAMT_OK:
        return value;
    case HAMT_NOT_FOUND:
        if (count == 2) {
            return Py_NewRef(args[1]);
        }
        set_key_error(args[0]);
        return NULL;
    default:
        return NULL;
    }
}

static PyObject *
mutation_py_popitem(PyObject *self, PyObject *ignored)
{
    (void)ignored;
    MutationObject *mutation = (MutationObject *)self;
    if (mutation_require_open(mutation) < 0) {
        return NULL;
    }
    hamt_state *state = mutation->state;
    hamt_node *root = mutation_root(mutation);
    hamt_cursor cursor;
    hamt_cursor_init(&cursor, root, HAMT_ITEMS);
    const hamt_entry *entry = hamt_cursor_next(&cursor);
    PyObject *item = entry == NULL ? NULL : entry_pack(entry);
    hamt_map_release(state, root);
    if (entry == NULL) {
        PyErr_SetString(PyExc_KeyError, "popitem(): the mutation is empty");
    }
    if (item == NULL) {
        return NULL;
    }
    PyObject *value;
    hamt_status status = mutation_take(mutation, PyTuple_GetItem(item, 0),
                                       PyTuple_GetItem(item, 1), &value);
    if (status == HAMT_OK) {
        Py_DECREF(value);
        return item;
    }
    Py_DECREF(item);
    if (status == HAMT_NOT_FOUND) {
        PyErr_SetString(PyExc_RuntimeError,
                        "the mutation changed during popitem()");
    }
    return NULL;
}

static PyObject *
mutation_py_setdefault(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    MutationObject *mutation = (MutationObject *)self;
    if (check_count("MapMutation.setdefault", count, 1, 2) < 0) {
        return NULL;
    }
    hamt_state *state = mutation->state;
    PyObject *value = NULL;
    hamt_status status = mutation_lookup(mutation, args[0], &value);
    if (status != HAMT_NOT_FOUND) {
        return value;
    }
    Py_hash_t hash;
    if (hash_key(args[0], &hash) < 0) {
        return NULL;
    }
    bool is_set = false;
    hamt_displaced displaced;
    Py_BEGIN_CRITICAL_SECTION(mutation);
    status = mutation_begin(mutation);
    if (status == HAMT_OK) {
        /* Once more: what ran since then may have set the key. */
        const hamt_entry *entry;
        status = hamt_map_find(state, mutation->root, args[0], hash, &entry);
        if (status == HAMT_OK) {
            value = Py_NewRef(entry->value);
        }
        else if (status == HAMT_NOT_FOUND) {
            PyObject *fallback = count == 2 ? args[1] : Py_None;
            status = hamt_map_insert(state, &mutation->root, args[0], hash,
                                     fallback, &displaced);
            is_set = status == HAMT_OK;
            value = status == HAMT_ERROR ? NULL : Py_NewRef(fallback);
        }
        mutation_end(mutation, is_set);
    }
    Py_END_CRITICAL_SECTION();
    if (is_set) {
        hamt_displaced_release(state, &displaced);
    }
    return value;
}

/* The mutation is busy until the end: what an argument's iterator runs cannot
 * edit it. Like a dict's, an update that fails has done what it did before. */
static PyObject *
mutation_py_update(PyObject *self, PyObject *args, PyObject *kwargs)
{
    MutationObject *mutation = (MutationObject *)self;
    hamt_state *state = mutation->state;
    int result;
    Py_BEGIN_CRITICAL_SECTION(mutation);
    result = mutation_begin(mutation);
    if (result == 0) {
        Py_ssize_t count = PyTuple_Size(args);
        for (Py_ssize_t i = 0; result == 0 && i < count; i++) {
            result =
                root_update(state, &mutation->root, PyTuple_GetItem(args, i));
        }
        if (result == 0 && kwargs != NULL) {
            result = root_update(state, &mutation->root, kwargs);
        }
        mutation_end(mutation, true);
    }
    Py_END_CRITICAL_SECTION();
    if (result < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *
mutation_py_clear(PyObject *self, PyObject *ignored)
{
    (void)ignored;
    MutationObject *mutation = (MutationObject *)self;
    hamt_node *root = NULL;
    hamt_status status;
    Py_BEGIN_CRITICAL_SECTION(mutation);
    status = mutation_begin(mutation);
    if (status == HAMT_OK) {
        root = mutation->root;
        mutation->root = NULL;
        mutation_end(mutation, root != NULL);
    }
    Py_END_CRITICAL_SECTION();
    hamt_map_release(mutation->state, root);
    if (status != HAMT_OK) {
        return NULL;
    }
    Py_RETURN_NONE;
}

/* ---- Finishing ----------------------------------------------------------- */

/* Put the map of the root into the mutation, which is busy, and give the map
 * that was there to `*old`. 0, or -1 with an exception set. */
static int
mutation_wrap_root(MutationObject *mutation, MapObject **old)
{
    hamt_state *state = mutation->state;
    MapObject *map = mutation->map;
    if (map != NULL && mutation->root == map->root) {
        return 0;
    }
    hamt_map_retain(mutation->root);
    PyTypeObject *type = map == NULL ? state->MapType : Py_TYPE(map);
    PyObject *wrapped = map_wrap(state, type, mutation->root);
    if (wrapped == NULL) {
        return -1;
    }
    *old = map;
    mutation->map = (MapObject *)wrapped;
    return 0;
}

static PyObject *
mutation_py_finish(PyObject *self, PyObject *ignored)
{
    (void)ignored;
    MutationObject *mutation = (MutationObject *)self;
    MapObject *old = NULL;
    PyObject *map = NULL;
    Py_BEGIN_CRITICAL_SECTION(mutation);
    if (!mutation->is_finished && mutation_begin(mutation) == HAMT_OK) {
        bool is_finished = mutation_wrap_root(mutation, &old) == 0;
        __atomic_store_n(&mutation->is_finished, is_finished, __ATOMIC_RELAXED);
        mutation_end(mutation, false);
    }
    if (mutation->is_finished) {
        map = Py_NewRef(mutation->map);
    }
    Py_END_CRITICAL_SECTION();
    Py_XDECREF(old);
    return map;
}

static PyObject *
mutation_py_enter(PyObject *self, PyObject *ignored)
{
    (void)ignored;
    return Py_NewRef(self);
}

static PyObject *
mutation_py_exit(PyObject *self, PyObject *args)
{
    (void)args;
    PyObject *map = mutation_py_finish(self, NULL);
    if (map == NULL) {
        return NULL;
    }
    Py_DECREF(map);
    Py_RETURN_NONE;
}

static PyObject *
mutation_py_reduce(PyObject *self, PyObject *ignored)
{
    (void)self;
    (void)ignored;
    PyErr_SetString(PyExc_TypeError,
                    "cannot pickle 'MapMutation' object; finish it first");
    return NULL;
}

/* ---- The type ------------------------------------------------------------ */

PyDoc_STRVAR(mutation_doc,
             "A map being edited in place, made by PersistentMap.mutate().\n\n"
             "Has the methods of a dict, set, delete and discard, and finish,\n"
             "which gives the map. As a context manager it finishes on\n"
             "leaving. It belongs to one user at a time: an edit during an\n"
             "edit raises RuntimeError.\n\n"
             ">>> with PersistentMap(a=1).mutate() as mm:\n"
             "...     mm['b'] = 2\n"
             ">>> mm.finish()\n"
             "PersistentMap({'a': 1, 'b': 2})");

PyDoc_STRVAR(mutation_finish_doc,
             "finish($self, /)\n--\n\n"
             "Return the map, and end the editing.\n\n"
             "The map that the mutation began with when no edit changed\n"
             "anything; the same map when called again. Complexity: O(1).\n"
             "Raises RuntimeError while an edit is under way.\n\n"
             ">>> m = PersistentMap(a=1)\n"
             ">>> m.mutate().finish() is m\n"
             "True");

PyDoc_STRVAR(mutation_get_doc,
             "get($self, key, /, default=None)\n--\n\n"
             "Return the value of *key*, or *default* when it is absent.\n\n"
             "Complexity: O(log n). Raises TypeError for an unhashable key.\n\n"
             ">>> PersistentMap(a=1).mutate().get('b', 0)\n"
             "0");

PyDoc_STRVAR(mutation_set_doc,
             "set($self, key, value, /)\n--\n\n"
             "Set *key* to *value*, as mm[key] = value does.\n\n"
             "Complexity: O(log n). Raises TypeError for an unhashable key,\n"
             "ValueError when the mutation is finished.\n\n"
             ">>> mm = PersistentMap().mutate()\n"
             ">>> mm.set('a', 1)\n"
             ">>> mm.finish()\n"
             "PersistentMap({'a': 1})");

PyDoc_STRVAR(mutation_delete_doc,
             "delete($self, key, /)\n--\n\n"
             "Remove *key*, as del mm[key] does.\n\n"
             "Complexity: O(log n). Raises KeyError when *key* is absent,\n"
             "ValueError when the mutation is finished.\n\n"
             ">>> mm = PersistentMap(a=1).mutate()\n"
             ">>> mm.delete('a')\n"
             ">>> len(mm)\n"
             "0");

PyDoc_STRVAR(mutation_discard_doc,
             "discard($self, key, /)\n--\n\n"
             "Remove *key* if it is there.\n\n"
             "Complexity: O(log n). Raises TypeError for an unhashable key,\n"
             "ValueError when the mutation is finished.\n\n"
             ">>> PersistentMap(a=1).mutate().discard('b')");

PyDoc_STRVAR(mutation_pop_doc,
             "pop($self, key, default=..., /)\n--\n\n"
             "Remove *key* and return its value, or *default* if it is\n"
             "absent.\n\n"
             "Complexity: O(log n). Raises KeyError for an absent key without\n"
             "default, ValueError when the mutation is finished.\n\n"
             ">>> PersistentMap(a=1).mutate().pop('a')\n"
             "1");

PyDoc_STRVAR(mutation_popitem_doc,
             "popitem($self, /)\n--\n\n"
             "Remove some entry and return it as a (key, value) pair.\n\n"
             "Complexity: O(log n). Raises KeyError when there is none,\n"
             "ValueError when the mutation is finished.\n\n"
             ">>> PersistentMap(a=1).mutate().popitem()\n"
             "('a', 1)");

PyDoc_STRVAR(mutation_setdefault_doc,
             "setdefault($self, key, default=None, /)\n--\n\n"
             "Return the value of *key*, set to *default* if it is absent.\n\n"
             "Complexity: O(log n). Raises TypeError for an unhashable key,\n"
             "ValueError when the mutation is finished and *key* absent.\n\n"
             ">>> PersistentMap(a=1).mutate().setdefault('a', 2)\n"
             "1");

PyDoc_STRVAR(mutation_update_doc,
             "update($self, /, *mappings_or_pairs, **kwargs)\n--\n\n"
             "Set the entries of the arguments; the last to have a key wins.\n"
             "\n"
             "Complexity: O(k log n) for k entries in the arguments. Raises as\n"
             "PersistentMap(); the entries before an error stay set.\n\n"
             ">>> mm = PersistentMap(a=1).mutate()\n"
             ">>> mm.update({'a': 2}, b=3)\n"
             ">>> mm.finish()\n"
             "PersistentMap({'a': 2, 'b': 3})");

PyDoc_STRVAR(mutation_clear_doc,
             "clear($self, /)\n--\n\n"
             "Remove every entry.\n\n"
             "Complexity: O(m) for the m nodes that nothing else holds.\n"
             "Raises ValueError when the mutation is finished.\n\n"
             ">>> mm = PersistentMap(a=1).mutate()\n"
             ">>> mm.clear()\n"
             ">>> mm.finish()\n"
             "PersistentMap({})");

PyDoc_STRVAR(mutation_keys_doc,
             "keys($self, /)\n--\n\n"
             "Return a set-like view of the keys, as they are when it is "
             "read.\n\n"
             "Complexity: O(1).\n\n"
             ">>> list(PersistentMap(a=1).mutate().keys())\n"
             "['a']");

PyDoc_STRVAR(mutation_values_doc,
             "values($self, /)\n--\n\n"
             "Return a view of the values, as they are when it is read.\n\n"
             "Complexity: O(1).\n\n"
             ">>> list(PersistentMap(a=1).mutate().values())\n"
             "[1]");

PyDoc_STRVAR(mutation_items_doc,
             "items($self, /)\n--\n\n"
             "Return a set-like view of the (key, value) pairs, as they are\n"
             "when it is read.\n\n"
             "Complexity: O(1).\n\n"
             ">>> list(PersistentMap(a=1).mutate().items())\n"
             "[('a', 1)]");

static PyMethodDef mutation_methods[] = {
    {"finish", mutation_py_finish, METH_NOARGS, mutation_finish_doc},
    {"get", (PyCFunction)(void (*)(void))mutation_py_get,
     METH_FASTCALL | METH_KEYWORDS, mutation_get_doc},
    {"set", (PyCFunction)(void (*)(void))mutation_py_set, METH_FASTCALL,
     mutation_set_doc},
    {"delete", mutation_py_delete, METH_O, mutation_delete_doc},
    {"discard", mutation_py_discard, METH_O, mutation_discard_doc},
    {"pop", (PyCFunction)(void (*)(void))mutation_py_pop, METH_FASTCALL,
     mutation_pop_doc},
    {"popitem", mutation_py_popitem, METH_NOARGS, mutation_popitem_doc},
    {"setdefault", (PyCFunction)(void (*)(void))mutation_py_setdefault,
     METH_FASTCALL, mutation_setdefault_doc},
    {"update", (PyCFunction)(void (*)(void))mutation_py_update,
     METH_VARARGS | METH_KEYWORDS, mutation_update_doc},
    {"clear", mutation_py_clear, METH_NOARGS, mutation_clear_doc},
    {"keys", mutation_py_keys, METH_NOARGS, mutation_keys_doc},
    {"values", mutation_py_values, METH_NOARGS, mutation_values_doc},
    {"items", mutation_py_items, METH_NOARGS, mutation_items_doc},
    {"__enter__", mutation_py_enter, METH_NOARGS, NULL},
    {"__exit__", mutation_py_exit, METH_VARARGS, NULL},
    {"__reduce__", mutation_py_reduce, METH_NOARGS, NULL},
    {"__class_getitem__", Py_GenericAlias, METH_O | METH_CLASS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyMemberDef mutation_members[] = {
    {"__weaklistoffset__", T_PYSSIZET, offsetof(MutationObject, weakrefs),
     READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyType_Slot mutation_slots[] = {
    {Py_tp_doc, (void *)mutation_doc},
    {Py_tp_dealloc, mutation_tp_dealloc},
    {Py_tp_traverse, mutation_tp_traverse},
    {Py_tp_clear, mutation_tp_clear},
    {Py_tp_methods, mutation_methods},
    {Py_tp_members, mutation_members},
    {Py_tp_iter, mutation_tp_iter},
    {Py_tp_repr, mutation_tp_repr},
    {Py_tp_hash, PyObject_HashNotImplemented},
    {Py_tp_richcompare, mutation_tp_richcompare},
    {Py_mp_length, mutation_mp_length},
    {Py_mp_subscript, mutation_mp_subscript},
    {Py_mp_ass_subscript, mutation_mp_ass_subscript},
    {Py_sq_contains, mutation_sq_contains},
    {0, NULL},
};

PyType_Spec mutation_spec = {
    .name = "pyhamt.MapMutation",
    .basicsize = sizeof(MutationObject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_MAPPING
             | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = mutation_slots,
};
