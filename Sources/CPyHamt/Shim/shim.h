/* SPDX-License-Identifier: Apache-2.0 */

/* What the files of the shim share: the layouts of the Python objects and the
 * functions that one file has for the others.
 */

#ifndef HAMT_SHIM_H
#define HAMT_SHIM_H

#include "hamt.h"

#include <structmember.h>

/* Flags that the limited API of 3.10 has at run time but not in its headers. */
#ifndef Py_TPFLAGS_MAPPING
#define Py_TPFLAGS_MAPPING (1UL << 6)
#endif
#ifndef Py_TPFLAGS_DISALLOW_INSTANTIATION
#define Py_TPFLAGS_DISALLOW_INSTANTIATION (1UL << 7)
#endif
#ifndef Py_TPFLAGS_IMMUTABLETYPE
#define Py_TPFLAGS_IMMUTABLETYPE (1UL << 8)
#endif

typedef struct {
    PyObject_HEAD
    hamt_state *state;  /* owned */
    hamt_node *root;    /* owned; NULL in an empty map */
    Py_hash_t hash;     /* -1 until it is asked for */
    PyObject *weakrefs; /* of a map that is freed or waits for it: the next */
} MapObject;

/* Keys, values or items: the types differ, the layout does not. */
typedef struct {
    PyObject_HEAD
    MapObject *map; /* owned; NULL once cleared */
} ViewObject;

typedef struct {
    PyObject_HEAD
    hamt_state *state; /* retained */
    MapObject *map;    /* owned; what it began with, or what it finished as;
                          NULL once cleared */
    hamt_node *root;   /* owned */
    uint64_t edits;    /* edits that changed something */
    bool is_busy;      /* an edit is under way */
    bool is_finished;
    PyObject *weakrefs;
} MutationObject;

typedef struct {
    PyObject_HEAD
    MapObject *map;           /* owned; NULL at the end */
    MutationObject *mutation; /* owned; NULL for the iterator of a map */
    uint64_t edits;           /* of the mutation, when the iterator was made */
    PyObject *pair;           /* owned; the last item, or NULL */
    Py_ssize_t remaining;
    hamt_cursor cursor;
} IteratorObject;

/* Clear the weak references to an object that ends. */
static inline void
clear_weakrefs(PyObject *self, PyObject **list)
{
#ifndef Py_GIL_DISABLED
    bool is_referred_to = *list != NULL;
#else
    /* ORDERING: acquire; pairs with the store by which a thread whose weak
     * reference ends just now takes it off the list. That thread has then done
     * with the object, whose memory goes next. */
    bool is_referred_to = __atomic_load_n(list, __ATOMIC_ACQUIRE) != NULL;
#endif
    if (is_referred_to) {
        PyObject_ClearWeakRefs(self);
    }
}

/* ---- module.c ---- */

/* The state of the module that a type, or a base of it, belongs to, or NULL
 * when it is no type of ours. Leaves an exception that is set as it is. */
hamt_state *state_of_type(PyTypeObject *type);

/* The state of the module of PersistentMap or a subclass; NULL with RuntimeError
 * set once the collector has taken the module from the type. */
hamt_state *state_of_class(PyTypeObject *type);

static inline hamt_state *
state_retain(hamt_state *state)
{
#ifndef Py_GIL_DISABLED
    state->references++;
#else
    __atomic_fetch_add(&state->references, 1, __ATOMIC_RELAXED);
#endif
    return state;
}

void state_release(hamt_state *state);

hamt_state *module_state(PyObject *module);

/* An object of the state that is made when it is first asked for, or NULL. */
static inline PyObject *
state_object(PyObject **place)
{
    return __atomic_load_n(place, __ATOMIC_ACQUIRE);
}

/* Put such an object in its place, unless another thread was first; give what
 * is there, borrowed. Takes over the reference. */
PyObject *state_keep(PyObject **place, PyObject *made);

/* ---- node.c, views.c, iterators.c, map.c: types for module.c to make ---- */

extern PyType_Spec node_spec;
extern PyType_Spec map_spec;
extern PyType_Spec mutation_spec;
extern PyType_Spec keys_view_spec;
extern PyType_Spec values_view_spec;
extern PyType_Spec items_view_spec;
extern PyType_Spec keys_iterator_spec;
extern PyType_Spec values_iterator_spec;
extern PyType_Spec items_iterator_spec;

/* ---- map.c ---- */

/* A map object of a type, PersistentMap or a subclass, that takes over a
 * reference to `root`; or NULL with the reference given up. Runs no __init__.
 */
PyObject *map_wrap(hamt_state *state, PyTypeObject *type, hamt_node *root);

/* Free the map objects that are kept for the next ones. */
void free_maps_clear(hamt_state *state);

/* Whether a map is read as PersistentMap reads it: no subclass changed it. */
bool is_plain_map(hamt_state *state, PyObject *object);

static inline bool
is_map(hamt_state *state, PyObject *object)
{
    return PyObject_TypeCheck(object, state->MapType);
}

/* The default that a call of `get` gives, borrowed; -1 with TypeError naming
 * the function for a call that is none. */
int parse_get(PyObject *const *args, Py_ssize_t count, PyObject *keyword_names,
              const char *function, PyObject **fallback);

/* Look up a key: HAMT_OK with a borrowed value, HAMT_NOT_FOUND, HAMT_ERROR. */
hamt_status map_lookup(MapObject *map, PyObject *key, PyObject **value);

/* ---- map_get_many.c ---- */

PyObject *map_py_get_many(PyObject *self, PyObject *const *args,
                          Py_ssize_t count, PyObject *keyword_names);

/* ---- map_build.c ---- */

PyObject *map_tp_new(PyTypeObject *type, PyObject *args, PyObject *kwargs);

/* Let calls of the exact type, where the interpreter can do so, come without a
 * tuple of arguments. */
void map_set_vectorcall(PyTypeObject *type);
PyObject *map_py_from_dict(PyObject *type, PyObject *dict);
PyObject *map_py_fromkeys(PyObject *type, PyObject *const *args,
                          Py_ssize_t count);

/* Set a key in `*root`, which the caller owns: 0, or -1 with an exception set.
 * Gives up what it displaces. */
int root_set(hamt_state *state, hamt_node **root, PyObject *key,
             PyObject *value);

/* The map of a list of keys and a list of values, of one length. Of equal keys
 * the last value stays. 0, or -1 with an exception set. */
int root_from_columns(hamt_state *state, PyObject *keys, PyObject *values,
                      hamt_node **root);

/* Set every entry of a mapping or of an iterable of pairs in `*root`, which
 * the caller owns. 0, or -1 with an exception set and `*root` still owned. */
int root_update(hamt_state *state, hamt_node **root, PyObject *source);

/* ---- map_update.c ---- */

PyObject *map_py_set(PyObject *self, PyObject *const *args, Py_ssize_t count);
PyObject *map_py_delete(PyObject *self, PyObject *key);
PyObject *map_py_discard(PyObject *self, PyObject *key);
PyObject *map_py_update(PyObject *self, PyObject *args, PyObject *kwargs);
PyObject *map_nb_or(PyObject *left, PyObject *right);

/* The map object for a root made from that of `map`: `map` itself when nothing
 * changed. Takes over the reference. */
PyObject *map_or_new(MapObject *map, hamt_node *root);

/* ---- map_merge.c ---- */

PyObject *map_py_merge(PyObject *self, PyObject *const *args, Py_ssize_t count,
                       PyObject *keyword_names);
PyObject *map_py_differences(PyObject *self, PyObject *const *args,
                             Py_ssize_t count);

/* ---- map_forward.c ---- */

PyObject *map_py_diff(PyObject *self, PyObject *args, PyObject *kwargs);
PyObject *map_py_apply(PyObject *self, PyObject *args, PyObject *kwargs);
PyObject *map_py_alter(PyObject *self, PyObject *args, PyObject *kwargs);
PyObject *map_py_get_in(PyObject *self, PyObject *args, PyObject *kwargs);
PyObject *map_py_set_in(PyObject *self, PyObject *args, PyObject *kwargs);
PyObject *map_py_alter_in(PyObject *self, PyObject *args, PyObject *kwargs);
PyObject *map_py_delete_in(PyObject *self, PyObject *args, PyObject *kwargs);
PyObject *map_py_filter(PyObject *self, PyObject *args, PyObject *kwargs);
PyObject *map_py_map_values(PyObject *self, PyObject *args, PyObject *kwargs);
PyObject *map_py_select(PyObject *self, PyObject *args, PyObject *kwargs);
PyObject *map_py_omit(PyObject *self, PyObject *args, PyObject *kwargs);
PyObject *map_py_stats(PyObject *self, PyObject *args, PyObject *kwargs);
PyObject *map_py_shared_with(PyObject *self, PyObject *args, PyObject *kwargs);
PyObject *map_py_to_dot(PyObject *self, PyObject *args, PyObject *kwargs);
PyObject *map_py__repr_pretty_(PyObject *self, PyObject *args,
                               PyObject *kwargs);
PyObject *map_py___rich_repr__(PyObject *self, PyObject *args,
                               PyObject *kwargs);
PyObject *map_get_repr_svg(PyObject *self, void *ignored);
PyObject *map_py___get_pydantic_core_schema__(PyObject *type, PyObject *args,
                                              PyObject *kwargs);

/* ---- mutation.c ---- */

/* The map that a reader of the whole sees: a version of its own. */
PyObject *mutation_snapshot(MutationObject *mutation);

PyObject *map_py_mutate(PyObject *self, PyObject *ignored);

/* ---- map_compare.c ---- */

PyObject *map_tp_richcompare(PyObject *self, PyObject *other, int op);
Py_hash_t map_tp_hash(PyObject *self);

/* ---- map_copy.c ---- */

/* What an object of a subclass has beside its entries, as pickle asks for it:
 * None, its __dict__, or a pair of it and the values of its slots. */
PyObject *map_get_state(PyObject *self);

PyObject *map_py_copy(PyObject *self, PyObject *ignored);
PyObject *map_py_deepcopy(PyObject *self, PyObject *memo);

/* ---- map_pickle.c ---- */

PyObject *map_py_reduce(PyObject *self, PyObject *ignored);

/* The function `_restore` of the module, which pickles name. */
PyObject *hamt_restore(PyObject *module, PyObject *const *args,
                       Py_ssize_t count);

/* ---- map_inspect.c ---- */

PyObject *map_tp_repr(PyObject *self);
PyObject *map_py_sizeof(PyObject *self, PyObject *ignored);
PyObject *map_py_check(PyObject *self, PyObject *ignored);
PyObject *map_py_dump(PyObject *self, PyObject *ignored);
PyObject *map_py_figures(PyObject *self, PyObject *ignored);
PyObject *map_py_shared(PyObject *self, PyObject *other);
PyObject *map_py_nodes(PyObject *self, PyObject *ignored);

/* ---- views.c ---- */

PyObject *map_py_keys(PyObject *self, PyObject *ignored);
PyObject *map_py_values(PyObject *self, PyObject *ignored);
PyObject *map_py_items(PyObject *self, PyObject *ignored);

/* ---- iterators.c ---- */

PyObject *iterator_new(PyTypeObject *type, MapObject *map, hamt_parts parts);

/* Make an iterator raise RuntimeError once the mutation has been edited. */
void iterator_watch(PyObject *iterator, MutationObject *mutation,
                    uint64_t edits);
PyObject *map_tp_iter(PyObject *self);

/* The tuple (key, value). */
PyObject *entry_pack(const hamt_entry *entry);

/* ---- errors.c ---- */

/* KeyError with `key` as its only argument, whatever its type. */
void set_key_error(PyObject *key);

/* Make a TypeError that `__hash__` raised say which key it was, as dict does
 * since Python 3.14. Only a plain one; it stays as the cause of the new one. */
void reword_hash_error(PyObject *key);

/* The hash of a key: 0, or -1 with TypeError naming PersistentMap. */
static inline int
hash_key(PyObject *key, Py_hash_t *hash)
{
    *hash = hamt_object_hash(key);
    if (*hash == -1) {
        reword_hash_error(key);
        return -1;
    }
    return 0;
}

/* TypeError naming the function. */
void set_count_error(const char *function, Py_ssize_t count, Py_ssize_t least,
                     Py_ssize_t most);

/* TypeError naming the function unless its count of arguments is in range. */
static inline int
check_count(const char *function, Py_ssize_t count, Py_ssize_t least,
            Py_ssize_t most)
{
    if (count < least || count > most) {
        set_count_error(function, count, least, most);
        return -1;
    }
    return 0;
}

/* TypeError: `format` with one %S, the name of the type of `object`. */
void set_type_error(const char *format, PyObject *object);

#endif
