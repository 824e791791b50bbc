/* SPDX-License-Identifier: Apache-2.0 */

/* The contract between the C shim and the Swift bridge.
 *
 * C to Swift: the prototypes of `hamt_*` functions, implemented in Bridge/
 * as `@c @implementation`, so that the compiler compares both sides.
 * Swift to C: python_object.h, inline functions over PyObject.
 *
 * A map is the address of its root node, or NULL for the empty map. A caller
 * that passes a map lends it; a function that gives one gives a reference.
 * Out-parameters are left untouched on failure.
 *
 * The caller holds the GIL, and holds whatever it lends until the call ends.
 */

#ifndef HAMT_H
#define HAMT_H

#include "python_object.h"

#include <stdbool.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/* A node of a map. It begins with a PyObject header: tracked nodes are Python
 * objects of `state->NodeType`, plain nodes have no type. What follows is for
 * HamtCore alone to read. */
typedef struct hamt_node hamt_node;

typedef enum __attribute__((enum_extensibility(closed))) {
    HAMT_ERROR = -1, /* a Python exception is set */
    HAMT_OK = 0,
    HAMT_NOT_FOUND = 1,
    HAMT_UNCHANGED = 2,
} hamt_status;

/* What an interpreter has of this module: its types and its pool.
 *
 * The module owns one reference to it and each map another: when the collector
 * takes the module and the last maps in one go, it may take the module first. */
typedef struct hamt_state {
    Py_ssize_t references;
    void *_Nullable pool; /* freed nodes, for HamtCore */
    PyTypeObject *_Nullable NodeType;
    PyTypeObject *_Nullable MapType;
    PyTypeObject *_Nullable MutationType;
    PyTypeObject *_Nullable KeysViewType;
    PyTypeObject *_Nullable ValuesViewType;
    PyTypeObject *_Nullable ItemsViewType;
    PyTypeObject *_Nullable KeysIteratorType;
    PyTypeObject *_Nullable ValuesIteratorType;
    PyTypeObject *_Nullable ItemsIteratorType;
    PyObject *_Nullable free_maps; /* freed map objects, for map.c alone */
    Py_ssize_t free_map_count;
    PyObject *_Nullable mapping;      /* collections.abc.Mapping */
    PyObject *_Nullable deepcopy;     /* copy.deepcopy, once it is needed */
    PyObject *_Nullable load_methods; /* gives the methods in Python ... */
    PyObject *_Nullable methods;      /* ... and this is what it gave */
} hamt_state;

typedef struct {
    PyObject *key;
    PyObject *value;
} hamt_entry;

/* An entry on its way into a new map. */
typedef struct {
    uint64_t hash;
    hamt_entry entry;
} hamt_seed;

/* ---- Pool ---------------------------------------------------------------- */

/* A new pool, or NULL without memory. No exception is set. */
void *_Nullable hamt_pool_create(void);

/* Frees the pool and the blocks in it. */
void hamt_pool_destroy(void *pool);

/* ---- Lifetime ------------------------------------------------------------ */

static inline void
hamt_map_retain(hamt_node *_Nullable map)
{
    if (map != NULL) {
        hamt_node_retain((PyObject *)map);
    }
}

/* Give up one reference.
 *
 * May run Python code: yes, destructors. Fails: no.
 */
void hamt_map_release(hamt_state *state, hamt_node *_Nullable map);

/* Whether the map holds something that the cycle collector must see. */
static inline bool
hamt_map_is_tracked(hamt_node *_Nullable map)
{
    return map != NULL && hamt_node_is_tracked((PyObject *)map);
}

Py_ssize_t hamt_map_count(hamt_node *_Nullable map);

/* ---- Reading ------------------------------------------------------------- */

/* Look up a key.
 *
 *   hash   the hash of `key`
 *   entry  out, borrowed from the map; valid while the map is
 *
 * HAMT_OK, HAMT_NOT_FOUND or HAMT_ERROR.
 * May run Python code: yes, `__eq__` and `__hash__` of keys. Allocates: no.
 */
hamt_status hamt_map_find(hamt_state *state, hamt_node *_Nullable map,
                          PyObject *key, Py_hash_t hash,
                          const hamt_entry *_Nullable *_Nonnull entry);

/* A key to be found. */
typedef struct {
    uint64_t hash;
    PyObject *key;
    const hamt_entry *_Nullable entry; /* out, borrowed from the map, or NULL */
} hamt_query;

/* Keys that hamt_map_find_many looks up at most. */
#define HAMT_QUERIES 16

/* Look up several keys, faster than one by one where memory is slow. Changes
 * what is in `hash`.
 *
 * HAMT_OK or HAMT_ERROR.
 * May run Python code: yes, `__eq__` and `__hash__` of keys. Allocates: no.
 */
hamt_status hamt_map_find_many(hamt_state *state, hamt_node *_Nullable map,
                               hamt_query *queries, Py_ssize_t count);

/* Whether two maps have equal keys with equal values.
 *
 * 1, 0, or -1 with an exception set.
 * May run Python code: yes, `__eq__` and `__hash__`. Allocates: no.
 */
int32_t hamt_map_equal(hamt_state *state, hamt_node *_Nullable a,
                       hamt_node *_Nullable b);

/* The exclusive or, over the entries, of what a frozenset of the (key, value)
 * pairs mixes into its hash. Kept in the nodes once it is known.
 *
 * HAMT_OK or HAMT_ERROR.
 * May run Python code: yes, `__hash__`. Allocates: no.
 */
hamt_status hamt_map_hash(hamt_state *state, hamt_node *_Nullable map,
                          uint64_t *hash);

/* ---- Updating ------------------------------------------------------------ */

/* A version of the map in which `key` has `value`. Keeps the first of two
 * equal keys.
 *
 *   result  out, a new reference
 *
 * HAMT_OK, HAMT_UNCHANGED when the key has that very value, or HAMT_ERROR.
 * May run Python code: yes, `__eq__` and `__hash__` of keys.
 */
hamt_status hamt_map_inserting(hamt_state *state, hamt_node *_Nullable map,
                               PyObject *key, Py_hash_t hash, PyObject *value,
                               hamt_node *_Nullable *_Nonnull result);

/* A version of the map without `key`; as above.
 *
 * HAMT_OK, HAMT_NOT_FOUND or HAMT_ERROR.
 */
hamt_status hamt_map_removing(hamt_state *state, hamt_node *_Nullable map,
                              PyObject *key, Py_hash_t hash,
                              hamt_node *_Nullable *_Nonnull result);

/* What an edit took out of a map: for HamtCore to know. */
typedef struct {
    uint64_t words[4];
} hamt_displaced;

/* Give up what was taken out, when the new map is where it belongs.
 *
 * May run Python code: yes, destructors. Fails: no.
 */
void hamt_displaced_release(hamt_state *state, hamt_displaced *displaced);

/* Set a key in a map that the caller owns: `*map` gives its reference and gets
 * the new root. Nodes that nothing else reaches are edited in place.
 *
 *   displaced  out, for the caller to give up; only with HAMT_OK
 *
 * HAMT_OK, HAMT_UNCHANGED or HAMT_ERROR; then `*map` has the entries it had.
 * May run Python code: `__eq__` and `__hash__` of keys, before `*map` is
 * touched. That code must not edit `*map`.
 */
hamt_status hamt_map_insert(hamt_state *state,
                            hamt_node *_Nullable *_Nonnull map, PyObject *key,
                            Py_hash_t hash, PyObject *value,
                            hamt_displaced *displaced);

/* Remove a key from a map that the caller owns; as above.
 *
 * HAMT_OK, HAMT_NOT_FOUND or HAMT_ERROR.
 */
hamt_status hamt_map_remove(hamt_state *state,
                            hamt_node *_Nullable *_Nonnull map, PyObject *key,
                            Py_hash_t hash, hamt_displaced *displaced);

/* The map of seeds whose keys are known to differ. Changes the order of the
 * seeds and what is in `hash`.
 *
 * HAMT_OK: the map has taken over one reference to each key and value.
 * HAMT_ERROR: it has taken none.
 * May run Python code: only through a collection that an allocation starts.
 */
hamt_status hamt_map_build(hamt_seed *seeds, Py_ssize_t count,
                           hamt_state *state,
                           hamt_node *_Nullable *_Nonnull result);

/* Whether two keys of a map that was just built are equal: 1, 0, or -1 with an
 * exception set. To be asked where seeds are not known to differ.
 *
 * May run Python code: yes, `__eq__` of keys of one hash. Allocates: no.
 */
int32_t hamt_map_holds_equal_keys(hamt_state *state, hamt_node *_Nullable map);

/* ---- Two maps ------------------------------------------------------------ */

/* The value of a key that two maps have with values that are not identical: a
 * new reference, or NULL with an exception set. */
typedef PyObject *_Nullable (*hamt_resolver)(void *_Nullable context,
                                             PyObject *key, PyObject *mine,
                                             PyObject *theirs);

/* The union of two maps. Keys that both have are `mine`'s. Their value is what
 * the resolver gives, or that of `theirs` without one.
 *
 *   result  out, a new reference; to `mine` if it holds just the same
 *
 * HAMT_OK or HAMT_ERROR.
 * May run Python code: yes, `__eq__` and `__hash__` of keys, the resolver.
 */
hamt_status hamt_map_merge(hamt_state *state, hamt_node *_Nullable mine,
                           hamt_node *_Nullable theirs,
                           hamt_resolver _Nullable resolver,
                           void *_Nullable context,
                           hamt_node *_Nullable *_Nonnull result);

/* One key in which two maps differ: `first` is NULL when only the second has
 * it, and the reverse; the values of both are not identical. All are borrowed.
 * 0, or -1 with an exception set, which ends the walk. */
typedef int32_t (*hamt_visitor)(void *context, PyObject *key,
                                PyObject *_Nullable first,
                                PyObject *_Nullable second);

/* Walk over the keys in which two maps differ. What they share is not visited.
 *
 * HAMT_OK or HAMT_ERROR.
 * May run Python code: yes, `__eq__` and `__hash__` of keys, the visitor.
 */
hamt_status hamt_map_difference(hamt_state *state, hamt_node *_Nullable first,
                                hamt_node *_Nullable second,
                                hamt_visitor visitor, void *context);

/* ---- Iterating ----------------------------------------------------------- */

/* A walk over a map: a run of entries and, for HamtCore, the way to the next
 * run. Whoever has a cursor holds the map. */
typedef struct {
    const hamt_entry *_Nullable next;
    const hamt_entry *_Nullable end;
    uint64_t way[30];
} hamt_cursor;

/* What a walk will read of the entries. */
typedef enum __attribute__((enum_extensibility(closed))) {
    HAMT_KEYS,
    HAMT_VALUES,
    HAMT_ITEMS,
} hamt_parts;

void hamt_cursor_init(hamt_cursor *cursor, hamt_node *_Nullable map,
                      hamt_parts parts);

/* Go on to the next run; false at the end. Runs no Python code. */
bool hamt_cursor_advance(hamt_cursor *cursor);

/* The next entry, borrowed from the map, or NULL at the end. */
static inline const hamt_entry *_Nullable hamt_cursor_next(hamt_cursor *cursor)
{
    if (cursor->next == cursor->end && !hamt_cursor_advance(cursor)) {
        return NULL;
    }
    return cursor->next++;
}

/* ---- Nodes as seen by the cycle collector -------------------------------- */

/* Visit what a tracked node holds. */
int32_t hamt_node_traverse(PyObject *node, visitproc visit,
                           void *_Nullable arg);

/* Give up what a node holds, before its memory is freed. */
void hamt_node_dispose(hamt_state *_Nullable state, PyObject *node);

/* ---- Looking inside ------------------------------------------------------ */

typedef struct {
    Py_ssize_t entries;
    Py_ssize_t array_nodes;
    Py_ssize_t branch_nodes;
    Py_ssize_t collision_nodes;
    Py_ssize_t tracked_nodes;
    Py_ssize_t collision_entries;
    Py_ssize_t depth_max;
    Py_ssize_t bytes;
    double depth_mean;         /* levels above an entry */
    double bitmap_utilisation; /* used buckets of all buckets, 0 to 1 */
} hamt_statistics;

hamt_statistics hamt_map_statistics(hamt_state *state,
                                    hamt_node *_Nullable map);

/* The same over the nodes that two maps share. */
hamt_statistics hamt_map_shared_statistics(hamt_state *state,
                                           hamt_node *_Nullable a,
                                           hamt_node *_Nullable b);

typedef enum __attribute__((enum_extensibility(closed))) {
    HAMT_BRANCH,
    HAMT_COLLISION,
    HAMT_ARRAY,
} hamt_node_kind;

/* What a node holds, borrowed from it. The i-th lowest bit of a map is the
 * bucket of the i-th entry or child; only branches have buckets. */
typedef struct {
    hamt_node_kind kind;
    uint32_t entry_buckets;
    uint32_t child_buckets;
    Py_ssize_t entry_count;
    Py_ssize_t child_count;
    const hamt_entry *entries;
    hamt_node *_Nonnull const *_Nonnull children;
} hamt_node_contents;

hamt_node_contents hamt_node_look(hamt_node *node);

/* Entries that an array map holds at most. */
Py_ssize_t hamt_array_limit(void);

/* Check every numbered invariant of HamtCore.
 *
 * HAMT_OK, or HAMT_ERROR with AssertionError or a callback's exception set.
 */
hamt_status hamt_map_check(hamt_state *state, hamt_node *_Nullable map);

/* Append a drawing of the tree, in pieces, to a list of str.
 *
 * HAMT_OK or HAMT_ERROR. May run Python code: yes, `__repr__` of keys.
 */
hamt_status hamt_map_dump(hamt_node *map, PyObject *pieces);

#pragma clang assume_nonnull end

#endif
