/* SPDX-License-Identifier: Apache-2.0 */

/* The module pyhamt._hamt: multi-phase initialisation, and all state in it.
 *
 * This file is compiled for any x86-64, since it is what finds out that the
 * processor lacks what the rest is compiled for.
 */

#include "shim.h"

#include <stdio.h>

/* ---- Processor ----------------------------------------------------------- */

#if defined(__x86_64__)
#include <cpuid.h>

/* The instruction sets that x86-64-v2 adds and the build uses: bits of ecx of
 * CPUID leaf 1 (Intel SDM, volume 2A, table 3-10). */
static const struct {
    unsigned bit;
    const char *name;
} needed_features[] = {
    {1u << 0, "SSE3"},    {1u << 9, "SSSE3"},   {1u << 13, "CMPXCHG16B"},
    {1u << 19, "SSE4.1"}, {1u << 20, "SSE4.2"}, {1u << 23, "POPCNT"},
};

static int
check_processor(void)
{
    unsigned eax, ebx, ecx, edx;
    if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx)) {
        ecx = 0;
    }
    for (size_t i = 0; i < sizeof needed_features / sizeof *needed_features;
         i++)
    {
        if (!(ecx & needed_features[i].bit)) {
            PyErr_Format(PyExc_ImportError,
                         "pyhamt needs a processor of the level x86-64-v2; "
                         "this one has no %s",
                         needed_features[i].name);
            return -1;
        }
    }
    return 0;
}
#else
static int
check_processor(void)
{
    return 0;
}
#endif

/* ---- State --------------------------------------------------------------- */

static struct PyModuleDef hamt_module;

hamt_state *
module_state(PyObject *module)
{
    return *(hamt_state **)PyModule_GetState(module);
}

/* Where the module keeps the address of its state. */
static hamt_state **
state_slot(PyObject *module)
{
    return PyModule_GetState(module);
}

hamt_state *
state_of_type(PyTypeObject *type)
{
    PyObject *error_type;
    PyObject *error;
    PyObject *traceback;
    PyErr_Fetch(&error_type, &error, &traceback);
    hamt_state *state = NULL;
    while (type != NULL && state == NULL) {
        if (PyType_GetFlags(type) & Py_TPFLAGS_HEAPTYPE) {
            PyObject *module = PyType_GetModule(type);
            if (module != NULL && PyModule_GetDef(module) == &hamt_module) {
                state = *state_slot(module);
            }
        }
        type = PyType_GetSlot(type, Py_tp_base);
    }
    PyErr_Restore(error_type, error, traceback);
    return state;
}

hamt_state *
state_of_class(PyTypeObject *type)
{
    hamt_state *state = state_of_type(type);
    if (state == NULL) {
        PyErr_SetString(PyExc_RuntimeError,
                        "the module of PersistentMap has been cleared");
    }
    return state;
}

static hamt_state *
state_new(void)
{
    hamt_state *state = PyMem_Calloc(1, sizeof(hamt_state));
    void *pool = state == NULL ? NULL : hamt_pool_create();
    if (pool == NULL) {
        PyMem_Free(state);
        PyErr_NoMemory();
        return NULL;
    }
    state->references = 1;
    state->pool = pool;
    return state;
}

PyObject *
state_keep(PyObject **place, PyObject *made)
{
    PyObject *first = NULL;
    if (__atomic_compare_exchange_n(place, &first, made, false,
                                    __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
    {
        return made;
    }
    Py_DECREF(made);
    return first;
}

void
state_release(hamt_state *state)
{
#ifndef Py_GIL_DISABLED
    Py_ssize_t left = --state->references;
#else
    Py_ssize_t left =
        __atomic_sub_fetch(&state->references, 1, __ATOMIC_ACQ_REL);
#endif
    if (left > 0) {
        return;
    }
    free_maps_clear(state);
    Py_XDECREF(state->NodeType);
    Py_XDECREF(state->MapType);
    Py_XDECREF(state->MutationType);
    Py_XDECREF(state->KeysViewType);
    Py_XDECREF(state->ValuesViewType);
    Py_XDECREF(state->ItemsViewType);
    Py_XDECREF(state->KeysIteratorType);
    Py_XDECREF(state->ValuesIteratorType);
    Py_XDECREF(state->ItemsIteratorType);
    Py_XDECREF(state->mapping);
    Py_XDECREF(state->deepcopy);
    Py_XDECREF(state->load_methods);
    Py_XDECREF(state->methods);
    hamt_pool_destroy(state->pool);
    PyMem_Free(state);
}

static int
add_type(PyObject *module, PyType_Spec *spec, PyTypeObject **type)
{
    *type = (PyTypeObject *)PyType_FromModuleAndSpec(module, spec, NULL);
    if (*type != NULL) {
        return 0;
    }
    /* Python 3.11 does not say that it found no memory for a name. */
    if (!PyErr_Occurred()) {
        PyErr_NoMemory();
    }
    return -1;
}

/* `abc`.NAME.register(type) */
static int
register_type(PyObject *abc, const char *name, PyTypeObject *type)
{
    PyObject *base = PyObject_GetAttrString(abc, name);
    if (base == NULL) {
        return -1;
    }
    PyObject *result = PyObject_CallMethod(base, "register", "(O)", type);
    Py_DECREF(base);
    Py_XDECREF(result);
    return result == NULL ? -1 : 0;
}

static int
register_types(hamt_state *state)
{
    /* The module behind collections.abc. The interpreter has it loaded by the
     * time it starts; the package `collections` would take 1.3 ms to load. */
    PyObject *abc = PyImport_ImportModule("_collections_abc");
    if (abc == NULL) {
        return -1;
    }
    int result = 0;
    state->mapping = PyObject_GetAttrString(abc, "Mapping");
    if (state->mapping == NULL
        || register_type(abc, "Mapping", state->MapType) < 0
        || register_type(abc, "MutableMapping", state->MutationType) < 0
        || register_type(abc, "KeysView", state->KeysViewType) < 0
        || register_type(abc, "ValuesView", state->ValuesViewType) < 0
        || register_type(abc, "ItemsView", state->ItemsViewType) < 0)
    {
        result = -1;
    }
    Py_DECREF(abc);
    return result;
}

static int
hamt_exec(PyObject *module)
{
    if (check_processor() < 0) {
        return -1;
    }
    hamt_state *state = state_new();
    if (state == NULL) {
        return -1;
    }
    *state_slot(module) = state;
    if (add_type(module, &node_spec, &state->NodeType) < 0
        || add_type(module, &map_spec, &state->MapType) < 0
        || add_type(module, &mutation_spec, &state->MutationType) < 0
        || add_type(module, &keys_view_spec, &state->KeysViewType) < 0
        || add_type(module, &values_view_spec, &state->ValuesViewType) < 0
        || add_type(module, &items_view_spec, &state->ItemsViewType) < 0
        || add_type(module, &keys_iterator_spec, &state->KeysIteratorType) < 0
        || add_type(module, &values_iterator_spec, &state->ValuesIteratorType)
               < 0
        || add_type(module, &items_iterator_spec, &state->ItemsIteratorType) < 0
        || register_types(state) < 0)
    {
        return -1;
    }
    map_set_vectorcall(state->MapType);
    if (PyModule_AddType(module, state->MapType) < 0
        || PyModule_AddType(module, state->MutationType) < 0)
    {
        return -1;
    }
    return PyModule_AddIntConstant(module, "_ARRAY_LIMIT",
                                   (long)hamt_array_limit());
}

static int
hamt_traverse(PyObject *module, visitproc visit, void *arg)
{
    hamt_state *state = *state_slot(module);
    if (state == NULL) {
        return 0;
    }
    /* Maps share the state, but each holds its type, and that the module. */
    Py_VISIT(state->NodeType);
    Py_VISIT(state->MapType);
    Py_VISIT(state->MutationType);
    Py_VISIT(state->KeysViewType);
    Py_VISIT(state->ValuesViewType);
    Py_VISIT(state->ItemsViewType);
    Py_VISIT(state->KeysIteratorType);
    Py_VISIT(state->ValuesIteratorType);
    Py_VISIT(state->ItemsIteratorType);
    Py_VISIT(state->mapping);
    Py_VISIT(state->deepcopy);
    Py_VISIT(state->load_methods);
    Py_VISIT(state->methods);
    return 0;
}

static void
hamt_free(void *module)
{
    hamt_state *state = *state_slot(module);
    if (state != NULL) {
        *state_slot(module) = NULL;
        state_release(state);
    }
}

static PyObject *
hamt_use_methods(PyObject *module, PyObject *load_methods)
{
    hamt_state *state = *state_slot(module);
    PyObject *old = state->load_methods;
    state->load_methods = Py_NewRef(load_methods);
    Py_XDECREF(old);
    Py_RETURN_NONE;
}

static PyMethodDef hamt_functions[] = {
    {"_restore", (PyCFunction)(void (*)(void))hamt_restore, METH_FASTCALL,
     "_restore($module, keys, values, /)\n--\n\n"
     "Return a PersistentMap of two lists. Pickles name it."},
    {"_use_methods", hamt_use_methods, METH_O,
     "Take a function that loads the methods of PersistentMap that are "
     "written in Python."},
    {NULL, NULL, 0, NULL},
};

/* ---- Definition ---------------------------------------------------------- */

PyDoc_STRVAR(module_doc, "The native part of pyhamt.");

static PyModuleDef_Slot hamt_slots[] = {
    {Py_mod_exec, hamt_exec},
#ifdef Py_GIL_DISABLED
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL}, /* Py_mod_multiple_interpreters, where it is known */
    {0, NULL},
};

static struct PyModuleDef hamt_module = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "_hamt",
    .m_doc = module_doc,
    .m_size = sizeof(hamt_state *),
    .m_methods = hamt_functions,
    .m_slots = hamt_slots,
    .m_traverse = hamt_traverse,
    .m_free = hamt_free,
};

/* Slot and value as in Python 3.12's moduleobject.h; a build for all versions
 * has headers that do not name them. */
#define MOD_MULTIPLE_INTERPRETERS 3
#define MOD_PER_INTERPRETER_GIL_SUPPORTED ((void *)2)

PyMODINIT_FUNC
PyInit__hamt(void)
{
    int minor = 0;
    if (sscanf(Py_GetVersion(), "3.%d", &minor) == 1 && minor >= 12) {
        PyModuleDef_Slot *unused =
            &hamt_slots[sizeof hamt_slots / sizeof *hamt_slots - 2];
        unused->slot = MOD_MULTIPLE_INTERPRETERS;
        unused->value = MOD_PER_INTERPRETER_GIL_SUPPORTED;
    }
    return PyModuleDef_Init(&hamt_module);
}
