// swift-format-ignore-file: AlwaysUseLowerCamelCase
// SPDX-License-Identifier: Apache-2.0

import CPyHamtShim
import HamtCore

/// The ABI functions on tracked nodes, for the cycle collector.

private func node(_ object: Object) -> Node<PythonPolicy> {
  Node(memory: UnsafeMutableRawPointer(object))
}

@c @implementation
func hamt_node_traverse(
  _ object: Object, _ visit: @convention(c) (Object?, UnsafeMutableRawPointer?) -> Int32,
  _ argument: UnsafeMutableRawPointer?
) -> Int32 {
  let node = node(object)
  // A plain child holds nothing that the collector has to see (N8).
  for slot in 0..<node.childCount {
    let child = node.children[slot].memory.assumingMemoryBound(to: PyObject.self)
    guard hamt_node_is_tracked(child) else { continue }
    let result = hamt_visit(child, visit, argument)
    if result != 0 { return result }
  }
  for slot in 0..<node.entryCount {
    let entry = node.entries[slot]
    var result = hamt_visit(entry.key, visit, argument)
    if result != 0 { return result }
    result = hamt_visit(entry.value, visit, argument)
    if result != 0 { return result }
  }
  return 0
}

@c @implementation
func hamt_node_dispose(_ state: State?, _ object: Object) {
  node(object).releaseContents(PythonPolicy(state))
}
