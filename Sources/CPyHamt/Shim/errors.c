/* SPDX-License-Identifier: Apache-2.0 */

/* Exceptions that read as dict's do. */

#include "shim.h"

void
set_key_error(PyObject *key)
{
    /* PyErr_SetObject would take a tuple for the arguments themselves. */
    PyObject *args = PyTuple_Pack(1, key);
    if (args != NULL) {
        PyErr_SetObject(PyExc_KeyError, args);
        Py_DECREF(args);
    }
}

void
set_type_error(const char *format, PyObject *object)
{
    PyObject *name =
        PyObject_GetAttrString((PyObject *)Py_TYPE(object), "__name__");
    if (name != NULL) {
        PyErr_Format(PyExc_TypeError, format, name);
        Py_DECREF(name);
    }
}

void
reword_hash_error(PyObject *key)
{
    if (!PyErr_ExceptionMatches(PyExc_TypeError)) {
        return;
    }
    PyObject *type = NULL;
    PyObject *cause = NULL;
    PyObject *traceback = NULL;
    PyErr_Fetch(&type, &cause, &traceback);
    PyErr_NormalizeException(&type, &cause, &traceback);
    if ((PyObject *)Py_TYPE(cause) != PyExc_TypeError) {
        PyErr_Restore(type, cause, traceback);
        return;
    }
    if (traceback != NULL) {
        PyException_SetTraceback(cause, traceback);
    }
    PyObject *name =
        PyObject_GetAttrString((PyObject *)Py_TYPE(key), "__name__");
    if (name != NULL) {
        PyErr_Format(PyExc_TypeError,
                     "cannot use '%S' as a PersistentMap key (%S)", name,
                     cause);
        Py_DECREF(name);
    }
    PyObject *new_type = NULL;
    PyObject *error = NULL;
    PyObject *new_traceback = NULL;
    PyErr_Fetch(&new_type, &error, &new_traceback);
    PyErr_NormalizeException(&new_type, &error, &new_traceback);
    PyException_SetCause(error, Py_NewRef(cause));
    PyErr_Restore(new_type, error, new_traceback);
    Py_XDECREF(type);
    Py_XDECREF(cause);
    Py_XDECREF(traceback);
}

void
set_count_error(const char *function, Py_ssize_t count, Py_ssize_t least,
                Py_ssize_t most)
{
    if (least == most) {
        PyErr_Format(PyExc_TypeError, "%s expected %zd arguments, got %zd",
                     function, least, count);
    }
    else {
        PyErr_Format(PyExc_TypeError,
                     "%s expected %zd or %zd arguments, got %zd", function,
                     least, most, count);
    }
}
