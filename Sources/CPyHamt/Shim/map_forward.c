/* SPDX-License-Identifier: Apache-2.0 */

/* PersistentMap: the methods that are written in Python.
 *
 * When the package is imported it hands over, by `_use_methods`, a function
 * that loads a namespace. A method here calls the function of its name there,
 * with the map as the first argument. Text and signature are in map.c, with
 * those of the other methods.
 */

#include "shim.h"

/* `args` may be NULL, for none. */
static PyObject *
forward(hamt_state *state, PyObject *self, const char *name, PyObject *args,
        PyObject *kwargs)
{
    PyObject *methods = state_object(&state->methods);
    if (methods == NULL) {
        if (state->load_methods == NULL) {
            return PyErr_Format(PyExc_RuntimeError,
                                "PersistentMap.%s needs the package pyhamt",
                                name);
        }
        methods = PyObject_CallNoArgs(state->load_methods);
        if (methods == NULL) {
            return NULL;
        }
        methods = state_keep(&state->methods, methods);
    }
    PyObject *function = PyObject_GetAttrString(methods, name);
    if (function == NULL) {
        return NULL;
    }
    PyObject *result = NULL;
    Py_ssize_t count = args == NULL ? 0 : PyTuple_Size(args);
    PyObject *all = PyTuple_New(count + 1);
    if (all != NULL) {
        PyTuple_SetItem(all, 0, Py_NewRef(self));
        for (Py_ssize_t i = 0; i < count; i++) {
            PyTuple_SetItem(all, i + 1, Py_NewRef(PyTuple_GetItem(args, i)));
        }
        result = PyObject_Call(function, all, kwargs);
        Py_DECREF(all);
    }
    Py_DECREF(function);
    return result;
}

#define FORWARD(NAME)                                                          \
    PyObject *map_py_##NAME(PyObject *self, PyObject *args, PyObject *kwargs)  \
    {                                                                          \
        hamt_state *state = ((MapObject *)self)->state;                        \
        return forward(state, self, #NAME, args, kwargs);                      \
    }

#define FORWARD_CLASS_METHOD(NAME)                                             \
    PyObject *map_py_##NAME(PyObject *type, PyObject *args, PyObject *kwargs)  \
    {                                                                          \
        hamt_state *state = state_of_class((PyTypeObject *)type);              \
        return state == NULL ? NULL                                            \
                             : forward(state, type, #NAME, args, kwargs);      \
    }

FORWARD(diff)
FORWARD(apply)
FORWARD(alter)
FORWARD(get_in)
FORWARD(set_in)
FORWARD(alter_in)
FORWARD(delete_in)
FORWARD(filter)
FORWARD(map_values)
FORWARD(select)
FORWARD(omit)
FORWARD(stats)
FORWARD(shared_with)
FORWARD(to_dot)
FORWARD(_repr_pretty_)
FORWARD(__rich_repr__)
FORWARD_CLASS_METHOD(__get_pydantic_core_schema__)

/* An attribute, since a notebook asks for it to know whether there is one. */
PyObject *
map_get_repr_svg(PyObject *self, void *ignored)
{
    (void)ignored;
    hamt_state *state = ((MapObject *)self)->state;
    return forward(state, self, "_repr_svg_", NULL, NULL);
}
