/* SPDX-License-Identifier: Apache-2.0 */

/* The hidden type of tracked nodes.
 *
 * Nodes are shared by many maps. A map reports its root node to the collector
 * and nothing more, and each tracked node reports what it holds, so every
 * reference is reported once.
 *
 * There is no tp_clear, as tuples have none: a node never changes, so a cycle
 * through it goes through something that does, which the collector clears. A
 * node that was cleared could be in the hands of an iterator, since code that
 * runs during a collection can reach what is being collected.
 *
 * When the collector takes module, types and nodes together, a node can
 * outlive the way from its type to the state. It is then freed without a pool.
 */

#include "shim.h"

static int
node_tp_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    return hamt_node_traverse(self, visit, arg);
}

static void
node_tp_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    hamt_node_dispose(state_of_type(type), self);
    PyObject_GC_Del(self);
    Py_DECREF(type);
}

static PyType_Slot node_slots[] = {
    {Py_tp_traverse, node_tp_traverse},
    {Py_tp_dealloc, node_tp_dealloc},
    {0, NULL},
};

PyType_Spec node_spec = {
    .name = "pyhamt._hamt._Node",
    .basicsize = sizeof(PyVarObject),
    .itemsize = 8,
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC
             | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = node_slots,
};
