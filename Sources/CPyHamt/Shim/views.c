/* SPDX-License-Identifier: Apache-2.0 */

/* The views that keys(), values() and items() return.
 *
 * Keys and items are set-like, as dict's are: the operators give a set, and
 * compare with anything that is a Set. Two views of one kind are compared by a
 * walk over what their maps do not share. Other operands go through `set`, so
 * that one that is no iterable, or holds something unhashable, raises what it
 * raises there.
 */

#include "shim.h"

static PyObject *
view_new(PyTypeObject *type, PyObject *map)
{
    ViewObject *view = PyObject_GC_New(ViewObject, type);
    if (view == NULL) {
        return NULL;
    }
    view->map = (MapObject *)Py_NewRef(map);
    PyObject_GC_Track(view);
    return (PyObject *)view;
}

PyObject *
map_py_keys(PyObject *self, PyObject *ignored)
{
    (void)ignored;
    return view_new(((MapObject *)self)->state->KeysViewType, self);
}

PyObject *
map_py_values(PyObject *self, PyObject *ignored)
{
    (void)ignored;
    return view_new(((MapObject *)self)->state->ValuesViewType, self);
}

PyObject *
map_py_items(PyObject *self, PyObject *ignored)
{
    (void)ignored;
    return view_new(((MapObject *)self)->state->ItemsViewType, self);
}

/* ---- What all views have ------------------------------------------------- */

static int
view_tp_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(((ViewObject *)self)->map);
    return 0;
}

/* There is no tp_clear: a view can never be changed, so a cycle through it
 * goes through something else that can be cleared. */

static void
view_tp_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    Py_DECREF(((ViewObject *)self)->map);
    PyObject_GC_Del(self);
    Py_DECREF(type);
}

static Py_ssize_t
view_sq_length(PyObject *self)
{
    return hamt_map_count(((ViewObject *)self)->map->root);
}

static PyObject *
view_get_mapping(PyObject *self, void *closure)
{
    (void)closure;
    return Py_NewRef(((ViewObject *)self)->map);
}

static PyGetSetDef view_getset[] = {
    {"mapping", view_get_mapping, NULL, "The map that this view shows.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyObject *
keys_view_tp_iter(PyObject *self)
{
    MapObject *map = ((ViewObject *)self)->map;
    return iterator_new(map->state->KeysIteratorType, map, HAMT_KEYS);
}

static PyObject *
values_view_tp_iter(PyObject *self)
{
    MapObject *map = ((ViewObject *)self)->map;
    return iterator_new(map->state->ValuesIteratorType, map, HAMT_VALUES);
}

static PyObject *
items_view_tp_iter(PyObject *self)
{
    MapObject *map = ((ViewObject *)self)->map;
    return iterator_new(map->state->ItemsIteratorType, map, HAMT_ITEMS);
}

static PyObject *
view_tp_repr(PyObject *self)
{
    int entered = Py_ReprEnter(self);
    if (entered != 0) {
        return entered < 0 ? NULL : PyUnicode_FromString("...");
    }
    PyObject *result = NULL;
    PyObject *list = PySequence_List(self);
    PyObject *items = list == NULL ? NULL : PyObject_Repr(list);
    PyObject *name =
        items == NULL
            ? NULL
            : PyObject_GetAttrString((PyObject *)Py_TYPE(self), "__name__");
    if (name != NULL) {
        result = PyUnicode_FromFormat("%S(%U)", name, items);
    }
    Py_XDECREF(list);
    Py_XDECREF(items);
    Py_XDECREF(name);
    Py_ReprLeave(self);
    return result;
}

static int
keys_view_sq_contains(PyObject *self, PyObject *key)
{
    PyObject *value;
    hamt_status status = map_lookup(((ViewObject *)self)->map, key, &value);
    return status == HAMT_ERROR ? -1 : status == HAMT_OK;
}

static int
items_view_sq_contains(PyObject *self, PyObject *item)
{
    if (!PyTuple_Check(item) || PyTuple_Size(item) != 2) {
        return 0;
    }
    PyObject *value;
    hamt_status status =
        map_lookup(((ViewObject *)self)->map, PyTuple_GetItem(item, 0), &value);
    if (status != HAMT_OK) {
        return status == HAMT_ERROR ? -1 : 0;
    }
    return hamt_object_equal(value, PyTuple_GetItem(item, 1));
}

/* ---- Two views ----------------------------------------------------------- */

static bool
is_set_view(hamt_state *state, PyObject *object)
{
    return Py_TYPE(object) == state->KeysViewType
           || Py_TYPE(object) == state->ItemsViewType;
}

/* A walk over the difference of the maps behind two views of one kind. */
typedef struct {
    PyObject *result;  /* a set that gets what the operator asks for, or NULL */
    bool is_items;     /* else keys */
    bool wants_first;  /* what only the first view has goes into the result */
    bool wants_second; /* what only the second has does, too */
    Py_ssize_t only_first;
    bool stops_at_first;  /* end the walk when the first has something alone */
    bool stops_at_common; /* end it when the two have something in common */
    bool is_stopped;
} ViewWalk;

static int32_t
walk_add(ViewWalk *walk, PyObject *key, PyObject *value)
{
    if (!walk->is_items) {
        return PySet_Add(walk->result, key);
    }
    PyObject *pair = PyTuple_Pack(2, key, value);
    int32_t result = pair == NULL ? -1 : PySet_Add(walk->result, pair);
    Py_XDECREF(pair);
    return result;
}

static int32_t
walk_visit(void *context, PyObject *key, PyObject *first, PyObject *second)
{
    ViewWalk *walk = context;
    if (first != NULL && second != NULL) {
        int32_t equal =
            walk->is_items ? hamt_object_equal(first, second) : true;
        if (equal != 0) {
            walk->is_stopped = equal > 0 && walk->stops_at_common;
            return equal < 0 || walk->is_stopped ? -1 : 0;
        }
    }
    walk->only_first += first != NULL;
    if (first != NULL && walk->stops_at_first) {
        walk->is_stopped = true;
        return -1;
    }
    if ((first != NULL && walk->wants_first && walk_add(walk, key, first) < 0)
        || (second != NULL && walk->wants_second
            && walk_add(walk, key, second) < 0))
    {
        return -1;
    }
    return 0;
}

/* Walk over what two views of one kind, of maps, do not share: 0, or -1 with
 * an exception set. */
static int
walk_views(ViewWalk *walk, PyObject *first, PyObject *second)
{
    MapObject *map = ((ViewObject *)first)->map;
    walk->is_items = Py_TYPE(first) == map->state->ItemsViewType;
    hamt_status status = hamt_map_difference(map->state, map->root,
                                             ((ViewObject *)second)->map->root,
                                             walk_visit, walk);
    return status == HAMT_OK || walk->is_stopped ? 0 : -1;
}

/* Whether both are views of keys, or both of items, of maps, when one is known
 * to be either: views have no subclasses. */
static bool
are_set_views_of_one_kind(PyObject *a, PyObject *b)
{
    return Py_TYPE(a) == Py_TYPE(b);
}

/* ---- Set operations ------------------------------------------------------ */

/* `set(left)`, changed by a method of set that takes `right`. */
static PyObject *
set_operation(PyObject *left, const char *method, PyObject *right)
{
    PyObject *result = PySet_New(left);
    if (result == NULL) {
        return NULL;
    }
    PyObject *none = PyObject_CallMethod(result, method, "(O)", right);
    if (none == NULL) {
        Py_DECREF(result);
        return NULL;
    }
    Py_DECREF(none);
    return result;
}

/* A set of what one view has and another does not; both ways if `symmetric`. */
static PyObject *
view_difference(PyObject *first, PyObject *second, bool symmetric)
{
    PyObject *result = PySet_New(NULL);
    ViewWalk walk = {
        .result = result, .wants_first = true, .wants_second = symmetric};
    if (result != NULL && walk_views(&walk, first, second) < 0) {
        Py_CLEAR(result);
    }
    return result;
}

/* The items of `other` that are in the view; as dict's views do it, `other` is
 * the smaller of two views, and a set does it itself when it is larger. */
static PyObject *
view_nb_and(PyObject *left, PyObject *right)
{
    hamt_state *state = state_of_type(Py_TYPE(left));
    PyObject *view = left;
    PyObject *other = right;
    if (state == NULL || !is_set_view(state, left)) {
        view = right;
        other = left;
        state = state_of_class(Py_TYPE(right));
        if (state == NULL) {
            return NULL;
        }
    }
    Py_ssize_t size = PyObject_Size(view);
    if (Py_TYPE(other) == &PySet_Type && size <= PyObject_Size(other)) {
        return PyObject_CallMethod(other, "intersection", "(O)", view);
    }
    if (is_set_view(state, other) && PyObject_Size(other) > size) {
        PyObject *larger = other;
        other = view;
        view = larger;
    }
    PyObject *iterator = PyObject_GetIter(other);
    if (iterator == NULL) {
        return NULL;
    }
    PyObject *result = PySet_New(NULL);
    PyObject *item;
    int found = result == NULL ? -1 : 0;
    while (found >= 0 && (item = PyIter_Next(iterator)) != NULL) {
        found = PySequence_Contains(view, item);
        if (found > 0) {
            found = PySet_Add(result, item);
        }
        Py_DECREF(item);
    }
    Py_DECREF(iterator);
    if (PyErr_Occurred()) {
        Py_CLEAR(result);
    }
    return result;
}

static PyObject *
view_nb_or(PyObject *left, PyObject *right)
{
    return set_operation(left, "update", right);
}

static PyObject *
view_nb_subtract(PyObject *left, PyObject *right)
{
    return are_set_views_of_one_kind(left, right)
               ? view_difference(left, right, false)
               : set_operation(left, "difference_update", right);
}

static PyObject *
view_nb_xor(PyObject *left, PyObject *right)
{
    return are_set_views_of_one_kind(left, right)
               ? view_difference(left, right, true)
               : set_operation(left, "symmetric_difference_update", right);
}

/* Whether every item of an iterable is in a container: 1, 0, or -1. */
static int
all_in(PyObject *iterable, PyObject *container)
{
    if (are_set_views_of_one_kind(iterable, container)) {
        ViewWalk walk = {.stops_at_first = true};
        int result = walk_views(&walk, iterable, container);
        return result < 0 ? -1 : !walk.is_stopped;
    }
    PyObject *iterator = PyObject_GetIter(iterable);
    if (iterator == NULL) {
        return -1;
    }
    int result = 1;
    PyObject *item;
    while (result == 1 && (item = PyIter_Next(iterator)) != NULL) {
        result = PySequence_Contains(container, item);
        Py_DECREF(item);
    }
    Py_DECREF(iterator);
    return PyErr_Occurred() ? -1 : result;
}

/* Whether an object is a set or a view of keys or items, of a map or dict. */
static bool
is_set_like(hamt_state *state, PyObject *object)
{
    return PyAnySet_Check(object) || PyDictKeys_Check(object)
           || PyDictItems_Check(object) || is_set_view(state, object);
}

static PyObject *
view_tp_richcompare(PyObject *self, PyObject *other, int op)
{
    if (!is_set_like(((ViewObject *)self)->map->state, other)) {
        return Py_NewRef(Py_NotImplemented);
    }
    Py_ssize_t size = view_sq_length(self);
    Py_ssize_t other_size = PyObject_Size(other);
    if (other_size < 0) {
        return NULL;
    }
    int result = 0;
    switch (op) {
    case Py_EQ:
    case Py_NE:
        result = size == other_size ? all_in(self, other) : 0;
        if (result >= 0 && op == Py_NE) {
            result = !result;
        }
        break;
    case Py_LT:
        result = size < other_size ? all_in(self, other) : 0;
        break;
    case Py_LE:
        result = size <= other_size ? all_in(self, other) : 0;
        break;
    case Py_GT:
        result = size > other_size ? all_in(other, self) : 0;
        break;
    case Py_GE:
        result = size >= other_size ? all_in(other, self) : 0;
        break;
    default:
        break;
    }
    return result < 0 ? NULL : PyBool_FromLong(result);
}

static PyObject *
view_py_isdisjoint(PyObject *self, PyObject *other)
{
    if (are_set_views_of_one_kind(self, other)) {
        ViewWalk walk = {.stops_at_common = true};
        if (walk_views(&walk, self, other) < 0) {
            return NULL;
        }
        /* What the walk left out is shared, so both have it. */
        return PyBool_FromLong(!walk.is_stopped
                               && walk.only_first == PyObject_Size(self));
    }
    PyObject *iterated = other;
    PyObject *searched = self;
    if (is_set_like(((ViewObject *)self)->map->state, other)
        && PyObject_Size(other) > PyObject_Size(self))
    {
        iterated = self;
        searched = other;
    }
    PyObject *iterator = PyObject_GetIter(iterated);
    if (iterator == NULL) {
        return NULL;
    }
    int found = 0;
    PyObject *item;
    while (found == 0 && (item = PyIter_Next(iterator)) != NULL) {
        found = PySequence_Contains(searched, item);
        Py_DECREF(item);
    }
    Py_DECREF(iterator);
    return PyErr_Occurred() ? NULL : PyBool_FromLong(!found);
}

PyDoc_STRVAR(isdisjoint_doc,
             "isdisjoint($self, other, /)\n--\n\n"
             "Return whether the view and an iterable have nothing in "
             "common.\n\n"
             "Complexity: O(k) for the k items of the smaller of two sets,\n"
             "else of *other*.\n\n"
             ">>> PersistentMap(a=1).keys().isdisjoint(['b'])\n"
             "True");

static PyMethodDef set_view_methods[] = {
    {"isdisjoint", view_py_isdisjoint, METH_O, isdisjoint_doc},
    {NULL, NULL, 0, NULL},
};

/* ---- The types ----------------------------------------------------------- */

#define VIEW_SLOTS                                                             \
    {Py_tp_traverse, view_tp_traverse}, {Py_tp_dealloc, view_tp_dealloc},      \
        {Py_tp_getset, view_getset}, {Py_tp_repr, view_tp_repr},               \
    {                                                                          \
        Py_sq_length, view_sq_length                                           \
    }

#define SET_VIEW_SLOTS                                                         \
    {Py_tp_richcompare, view_tp_richcompare},                                  \
        {Py_tp_methods, set_view_methods}, {Py_nb_and, view_nb_and},           \
        {Py_nb_or, view_nb_or}, {Py_nb_subtract, view_nb_subtract},            \
    {                                                                          \
        Py_nb_xor, view_nb_xor                                                 \
    }

#define VIEW_FLAGS                                                             \
    (Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC                                   \
     | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE)

static PyType_Slot keys_view_slots[] = {
    VIEW_SLOTS,
    SET_VIEW_SLOTS,
    {Py_tp_iter, keys_view_tp_iter},
    {Py_sq_contains, keys_view_sq_contains},
    {0, NULL},
};

static PyType_Slot values_view_slots[] = {
    VIEW_SLOTS,
    {Py_tp_iter, values_view_tp_iter},
    {0, NULL},
};

static PyType_Slot items_view_slots[] = {
    VIEW_SLOTS,
    SET_VIEW_SLOTS,
    {Py_tp_iter, items_view_tp_iter},
    {Py_sq_contains, items_view_sq_contains},
    {0, NULL},
};

PyType_Spec keys_view_spec = {
    .name = "pyhamt._hamt.KeysView",
    .basicsize = sizeof(ViewObject),
    .flags = VIEW_FLAGS,
    .slots = keys_view_slots,
};

PyType_Spec values_view_spec = {
    .name = "pyhamt._hamt.ValuesView",
    .basicsize = sizeof(ViewObject),
    .flags = VIEW_FLAGS,
    .slots = values_view_slots,
};

PyType_Spec items_view_spec = {
    .name = "pyhamt._hamt.ItemsView",
    .basicsize = sizeof(ViewObject),
    .flags = VIEW_FLAGS,
    .slots = items_view_slots,
};
