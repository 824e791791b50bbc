/* SPDX-License-Identifier: Apache-2.0 */

/* Inline functions over PyObject, for Swift, which cannot use macros.
 *
 * This is the one file that knows the difference between a build for one
 * Python version and a build for all (the limited API): the latter asks the
 * interpreter where the former reads a field. It also knows how nodes are
 * counted where threads run without the lock of the interpreter.
 */

#ifndef HAMT_PYTHON_OBJECT_H
#define HAMT_PYTHON_OBJECT_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#if !defined(Py_LIMITED_API) && PY_VERSION_HEX < 0x030B0000
#include <longintrepr.h>
#endif

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#pragma clang assume_nonnull begin

/* ---- References ---------------------------------------------------------- */

#ifdef Py_LIMITED_API
/* From Python 3.12 on, an object that is never freed has a count whose low half
 * is negative, and the interpreter does not count it. The headers of earlier
 * versions would: after 2^30 reads of one the mark would be gone, and 3.14 free
 * what it never allocated. Those of later versions do not count None, which
 * 3.10 does free. So a build for all versions has early headers, and this. */
#if PY_VERSION_HEX >= 0x030C0000
#error "build for the limited API with the headers of Python 3.10 or 3.11"
#endif

static inline PyObject *_Nullable hamt_count_up(PyObject *_Nullable object)
{
    if (object != NULL && (int32_t)object->ob_refcnt >= 0) {
        object->ob_refcnt++;
    }
    return object;
}

static inline void
hamt_count_down(PyObject *_Nullable object)
{
    if (object != NULL && (int32_t)object->ob_refcnt >= 0
        && --object->ob_refcnt == 0)
    {
        _Py_Dealloc(object);
    }
}

#undef Py_INCREF
#undef Py_XINCREF
#undef Py_NewRef
#undef Py_XNewRef
#undef Py_DECREF
#undef Py_XDECREF
#define Py_INCREF(object) ((void)hamt_count_up((PyObject *)(object)))
#define Py_XINCREF(object) Py_INCREF(object)
#define Py_NewRef(object) hamt_count_up((PyObject *)(object))
#define Py_XNewRef(object) Py_NewRef(object)
#define Py_DECREF(object) hamt_count_down((PyObject *)(object))
#define Py_XDECREF(object) Py_DECREF(object)
#endif

static inline void
hamt_object_retain(PyObject *object)
{
    Py_INCREF(object);
}

/* May run Python code. */
static inline void
hamt_object_release(PyObject *object)
{
    Py_DECREF(object);
}

/* Ask for the memory of an object that will be looked at soon. */
static inline void
hamt_prefetch(PyObject *object)
{
    __builtin_prefetch(object);
}

/* ---- Hash and equality --------------------------------------------------- */

#ifndef Py_LIMITED_API
/* The value of an int of one digit (30 bits, or 15); false for a longer one. */
static inline bool
hamt_small_int(PyObject *object, Py_ssize_t *value)
{
    PyLongObject *number = (PyLongObject *)object;
#if PY_VERSION_HEX >= 0x030C0000
    if (!PyUnstable_Long_IsCompact(number)) {
        return false;
    }
    *value = PyUnstable_Long_CompactValue(number);
#else
    Py_ssize_t digits = Py_SIZE(number); /* negative for a negative int */
    if (digits < -1 || digits > 1) {
        return false;
    }
    *value = digits * (Py_ssize_t)number->ob_digit[0];
#endif
    return true;
}

/* The hash that a str keeps; -1 until it is asked for. */
static inline Py_hash_t
hamt_str_hash(PyObject *text)
{
#ifndef Py_GIL_DISABLED
    return ((PyASCIIObject *)text)->hash;
#else
    /* ORDERING: relaxed; pairs with the store of the same kind with which str
     * keeps its hash, in whichever thread asks first. The hash is all that is
     * read of what that thread wrote. */
    return __atomic_load_n(&((PyASCIIObject *)text)->hash, __ATOMIC_RELAXED);
#endif
}
#endif

/* The hash of any object; -1 with an exception set. A str keeps its own, that
 * of a small int is its value. */
static inline Py_hash_t
hamt_object_hash(PyObject *object)
{
#ifndef Py_LIMITED_API
    if (PyUnicode_CheckExact(object)) {
        Py_hash_t hash = hamt_str_hash(object);
        if (hash != -1) {
            return hash;
        }
    }
    else if (PyLong_CheckExact(object)) {
        Py_ssize_t value;
        if (hamt_small_int(object, &value) && value != -1) {
            return value;
        }
    }
#endif
    return PyObject_Hash(object);
}

/* What is known of two keys, which are not identical, without Python code. */
typedef enum __attribute__((enum_extensibility(closed))) {
    HAMT_DIFFERENT,
    HAMT_EQUAL,
    HAMT_COMPARABLE, /* `==` of a built-in type: cheap, and never raises */
    HAMT_UNKNOWN,
} hamt_likeness;

static inline hamt_likeness
hamt_object_likeness(PyObject *stored, PyObject *key)
{
    PyTypeObject *type = Py_TYPE(key);
    if (type != Py_TYPE(stored)) {
        return HAMT_UNKNOWN;
    }
    if (type == &PyUnicode_Type) {
#ifndef Py_LIMITED_API
        /* Both have been hashed, so both are ready and know their hash. */
        if (hamt_str_hash(stored) != hamt_str_hash(key)
            || PyUnicode_GET_LENGTH(stored) != PyUnicode_GET_LENGTH(key)
            || PyUnicode_KIND(stored) != PyUnicode_KIND(key))
        {
            return HAMT_DIFFERENT;
        }
        size_t size = (size_t)PyUnicode_GET_LENGTH(key) * PyUnicode_KIND(key);
        return memcmp(PyUnicode_DATA(stored), PyUnicode_DATA(key), size) == 0
                   ? HAMT_EQUAL
                   : HAMT_DIFFERENT;
#else
        return HAMT_COMPARABLE;
#endif
    }
    if (type == &PyLong_Type) {
#ifndef Py_LIMITED_API
        Py_ssize_t first;
        Py_ssize_t second;
        if (hamt_small_int(stored, &first) && hamt_small_int(key, &second)) {
            return first == second ? HAMT_EQUAL : HAMT_DIFFERENT;
        }
#endif
        return HAMT_COMPARABLE;
    }
    if (type == &PyBytes_Type || type == &PyFloat_Type) {
        return HAMT_COMPARABLE;
    }
    return HAMT_UNKNOWN;
}

/* `a == b`, identity first: 1, 0, or -1 with an exception set. */
static inline int32_t
hamt_object_equal(PyObject *a, PyObject *b)
{
#ifndef Py_LIMITED_API
    Py_ssize_t first;
    Py_ssize_t second;
    if (PyLong_CheckExact(a) && PyLong_CheckExact(b)
        && hamt_small_int(a, &first) && hamt_small_int(b, &second))
    {
        return first == second;
    }
#endif
    return PyObject_RichCompareBool(a, b, Py_EQ);
}

/* ---- Cycle collection ---------------------------------------------------- */

/* How deep, and how far, a tuple is looked into before it is taken to be
 * tracked: enough for keys that are tuples. Not measured. */
#define HAMT_TUPLE_DEPTH 3
#define HAMT_TUPLE_LENGTH 16

static inline bool
hamt_type_has_gc(PyTypeObject *type)
{
#ifndef Py_LIMITED_API
    return PyType_HasFeature(type, Py_TPFLAGS_HAVE_GC);
#else
    return PyType_GetFlags(type) & Py_TPFLAGS_HAVE_GC;
#endif
}

static inline bool hamt_object_is_tracked(PyObject *object,
                                          PyTypeObject *_Nullable map_type,
                                          int32_t depth);

/* The slow part of the next: for a tuple that the collector still tracks. */
static __attribute__((noinline, unused)) bool
hamt_tuple_is_tracked(PyObject *tuple, PyTypeObject *_Nullable map_type,
                      int32_t depth)
{
    Py_ssize_t length = PyTuple_Size(tuple);
    if (depth == 0 || length > HAMT_TUPLE_LENGTH) {
        return true;
    }
    for (Py_ssize_t i = 0; i < length; i++) {
        PyObject *_Nullable item = PyTuple_GetItem(tuple, i);
        if (item == NULL || hamt_object_is_tracked(item, map_type, depth - 1)) {
            return true;
        }
    }
    return false;
}

/* Whether an object can be part of a reference cycle. No for types without
 * Py_TPFLAGS_HAVE_GC, for exact tuples of such objects, and for maps that the
 * collector does not track. A yes may become a no, never the reverse. */
static inline bool
hamt_object_is_tracked(PyObject *object, PyTypeObject *_Nullable map_type,
                       int32_t depth)
{
    PyTypeObject *type = Py_TYPE(object);
    if (type == &PyUnicode_Type || type == &PyLong_Type
        || !hamt_type_has_gc(type))
    {
        return false;
    }
    if (type != map_type && type != &PyTuple_Type) {
        return true;
    }
    if (!PyObject_GC_IsTracked(object)) {
        return false;
    }
    return type == map_type || hamt_tuple_is_tracked(object, map_type, depth);
}

/* ---- Nodes --------------------------------------------------------------- */

static inline bool
hamt_node_is_tracked(PyObject *node)
{
    return node->ob_type != NULL;
}

#ifndef Py_GIL_DISABLED

/* Freed plain nodes are kept for the next ones: the lock of the interpreter
 * guards the pool. A build that is to find uses of freed memory keeps none
 * (tools/sanitize.py). */
#ifndef HAMT_NO_POOL
#define HAMT_HAS_POOL 1
#else
#define HAMT_HAS_POOL 0
#endif

/* The count of a node is touched as a plain word: no node is immortal, and a
 * plain one is no object. Python meets it with the first and the last reference
 * to a tracked node. */

static inline void
hamt_node_retain(PyObject *node)
{
    node->ob_refcnt++;
}

/* Whether that was the last reference: the caller ends the node. */
static inline bool
hamt_node_release(PyObject *node)
{
    return --node->ob_refcnt == 0;
}

static inline bool
hamt_node_is_unique(PyObject *node)
{
    return node->ob_refcnt == 1;
}

/* End a tracked node that has no reference left, or one that nobody will give
 * up, as Python ends its objects.
 *
 * May run Python code. */
static inline void
hamt_node_end_tracked(PyObject *node)
{
    node->ob_refcnt = 1;
    Py_DECREF(node);
}

#else

/* The allocator of this build has free lists for each thread, and no lock. */
#define HAMT_HAS_POOL 0

/* A tracked node is counted as Python counts its objects; a plain one, which
 * is no object, by one atomic word. */

static inline void
hamt_node_retain(PyObject *node)
{
    if (hamt_node_is_tracked(node)) {
        Py_INCREF(node);
    }
    else {
        __atomic_fetch_add(&node->ob_ref_shared, 1, __ATOMIC_RELAXED);
    }
}

/* Whether that was the last reference: the caller ends the node. Python ends a
 * tracked node itself. */
static inline bool
hamt_node_release(PyObject *node)
{
    if (hamt_node_is_tracked(node)) {
        Py_DECREF(node);
        return false;
    }
    return __atomic_fetch_sub(&node->ob_ref_shared, 1, __ATOMIC_ACQ_REL) == 1;
}

/* No only for want of proof where another thread made a tracked node. */
static inline bool
hamt_node_is_unique(PyObject *node)
{
    if (hamt_node_is_tracked(node)) {
        return _Py_IsOwnedByCurrentThread(node)
               && __atomic_load_n(&node->ob_ref_local, __ATOMIC_RELAXED) == 1
               && __atomic_load_n(&node->ob_ref_shared, __ATOMIC_ACQUIRE) == 0;
    }
    return __atomic_load_n(&node->ob_ref_shared, __ATOMIC_ACQUIRE) == 1;
}

static inline void
hamt_node_end_tracked(PyObject *node)
{
    Py_DECREF(node);
}

#endif

/* A block for a plain node, or NULL. */
static inline void *_Nullable hamt_node_allocate_plain(Py_ssize_t size)
{
    return PyMem_Malloc((size_t)size);
}

static inline void
hamt_node_init_plain(void *block)
{
    /* Python 3.14 has flags beside the count. */
    memset(block, 0, sizeof(PyObject));
#ifndef Py_GIL_DISABLED
    ((PyObject *)block)->ob_refcnt = 1;
#else
    ((PyObject *)block)->ob_ref_shared = 1;
#endif
}

static inline void
hamt_node_free_plain(void *block)
{
    PyMem_Free(block);
}

/* A tracked node of `size` bytes, which the collector does not see yet, or
 * NULL with MemoryError set. Its third word, `ob_size` to Python, is used by
 * the node from then on; nothing but `__sizeof__` reads it.
 *
 * Before Python 3.12 an allocation may start a collection, and that run Python
 * code: not here, in the middle of an edit. The next allocation starts it. */
static inline void *_Nullable hamt_node_allocate_tracked(PyTypeObject *type,
                                                         Py_ssize_t size)
{
    Py_ssize_t words = (size - (Py_ssize_t)sizeof(PyVarObject)) / 8;
#if defined(Py_LIMITED_API) || PY_VERSION_HEX < 0x030C0000
    int was_enabled = PyGC_Disable();
    void *node = (void *)PyObject_GC_NewVar(PyVarObject, type, words);
    if (was_enabled) {
        (void)PyGC_Enable();
    }
    return node;
#else
    return (void *)PyObject_GC_NewVar(PyVarObject, type, words);
#endif
}

static inline void
hamt_node_track(PyObject *node)
{
    PyObject_GC_Track(node);
}

/* ---- Pairs --------------------------------------------------------------- */

#if defined(Py_LIMITED_API) || defined(Py_GIL_DISABLED)
#define HAMT_REUSES_PAIRS 0
#else
#define HAMT_REUSES_PAIRS 1
#endif

/* Put other items into a tuple of two to which the caller has the only
 * reference, and add one. False, with nothing done, when there are others, or
 * where a tuple cannot be told to forget its hash, or others may look at it.
 *
 * May run Python code, destructors of the old items, at its end. */
static inline bool
hamt_pair_reuse(PyObject *pair, PyObject *first, PyObject *second)
{
#if !HAMT_REUSES_PAIRS
    (void)pair, (void)first, (void)second;
    return false;
#else
    if (Py_REFCNT(pair) != 1) {
        return false;
    }
    PyObject *old_first = PyTuple_GET_ITEM(pair, 0);
    PyObject *old_second = PyTuple_GET_ITEM(pair, 1);
    Py_INCREF(first);
    Py_INCREF(second);
    PyTuple_SET_ITEM(pair, 0, first);
    PyTuple_SET_ITEM(pair, 1, second);
#if PY_VERSION_HEX >= 0x030E0000
    ((PyTupleObject *)pair)->ob_hash = -1;
#endif
    Py_INCREF(pair);
    /* The collector stops looking at a tuple of atomic things, and must see
     * what can be in a cycle. */
    if ((hamt_type_has_gc(Py_TYPE(first)) || hamt_type_has_gc(Py_TYPE(second)))
        && !PyObject_GC_IsTracked(pair))
    {
        PyObject_GC_Track(pair);
    }
    Py_DECREF(old_first);
    Py_DECREF(old_second);
    return true;
#endif
}

/* ---- Lists --------------------------------------------------------------- */

/* A list for so many items, all of which PyList_SetItem is to put there, or
 * NULL with an exception set. */
static inline PyObject *_Nullable hamt_list_new(Py_ssize_t size)
{
#ifndef Py_GIL_DISABLED
    return PyList_New(size);
#else
    /* Without memory for the items PyList_New frees items that it never had
     * (CPython #152125). The repetition of a list does not. */
    PyObject *_Nullable one = PyList_New(0);
    PyObject *_Nullable list = NULL;
    if (one != NULL && PyList_Append(one, Py_None) == 0) {
        list = PySequence_Repeat(one, size);
    }
    Py_XDECREF(one);
    return list;
#endif
}

/* ---- Threads ------------------------------------------------------------- */

/* Where there is no lock of the interpreter, who uses an object that changes
 * holds a lock of that object. What runs Python code may let go of it meanwhile,
 * as it may of the interpreter's: the two guard alike. */
#ifndef Py_BEGIN_CRITICAL_SECTION
#define Py_BEGIN_CRITICAL_SECTION(object)                                      \
    {                                                                          \
        (void)(object);
#define Py_END_CRITICAL_SECTION() }
#define Py_BEGIN_CRITICAL_SECTION2(first, second)                              \
    {                                                                          \
        (void)(first), (void)(second);
#define Py_END_CRITICAL_SECTION2() }
#endif

/* ---- Exceptions and text ------------------------------------------------- */

static inline void
hamt_set_no_memory(void)
{
    if (!PyErr_Occurred()) {
        PyErr_NoMemory();
    }
}

static inline void
hamt_set_assertion_failed(const char *text)
{
    PyErr_SetString(PyExc_AssertionError, text);
}

/* Append to a list of str; errors stay set, for the caller to look for. */
static inline void
hamt_append_text(PyObject *pieces, const char *text, Py_ssize_t length)
{
    PyObject *_Nullable piece = PyUnicode_FromStringAndSize(text, length);
    if (piece != NULL) {
        (void)PyList_Append(pieces, piece);
        Py_DECREF(piece);
    }
}

static inline void
hamt_append_number(PyObject *pieces, Py_ssize_t number)
{
    PyObject *_Nullable piece = PyUnicode_FromFormat("%zd", number);
    if (piece != NULL) {
        (void)PyList_Append(pieces, piece);
        Py_DECREF(piece);
    }
}

static inline void
hamt_append_repr(PyObject *pieces, PyObject *object)
{
    if (PyErr_Occurred()) {
        return;
    }
    PyObject *_Nullable piece = PyObject_Repr(object);
    if (piece != NULL) {
        (void)PyList_Append(pieces, piece);
        Py_DECREF(piece);
    }
}

static inline bool
hamt_error_occurred(void)
{
    return PyErr_Occurred() != NULL;
}

/* ---- Visiting ------------------------------------------------------------ */

static inline int32_t
hamt_visit(PyObject *object, visitproc visit, void *_Nullable arg)
{
    return visit(object, arg);
}

#pragma clang assume_nonnull end

#endif
