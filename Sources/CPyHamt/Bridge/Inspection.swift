// swift-format-ignore-file: AlwaysUseLowerCamelCase
// SPDX-License-Identifier: Apache-2.0

import CPyHamtShim
import HamtCore

/// The ABI functions that look inside a map.

extension hamt_statistics {
  fileprivate init(_ sums: Statistics) {
    self.init(
      entries: sums.entries, array_nodes: sums.arrayNodes, branch_nodes: sums.branchNodes,
      collision_nodes: sums.collisionNodes, tracked_nodes: sums.trackedNodes,
      collision_entries: sums.collisionEntries, depth_max: sums.depthMax, bytes: sums.bytes,
      depth_mean: sums.entries == 0 ? 0 : Double(sums.depthSum) / Double(sums.entries),
      bitmap_utilisation: sums.buckets == 0
        ? 0 : Double(sums.usedBuckets) / Double(sums.buckets))
  }
}

@c @implementation
func hamt_map_statistics(_ state: State, _ map: OpaquePointer?) -> hamt_statistics {
  var sums = Statistics()
  PythonRoot(map).node?.add(to: &sums, level: 0, PythonPolicy(state))
  return hamt_statistics(sums)
}

@c @implementation
func hamt_map_shared_statistics(
  _ state: State, _ a: OpaquePointer?, _ b: OpaquePointer?
) -> hamt_statistics {
  var sums = Statistics()
  if let node = PythonRoot(a).node, let other = PythonRoot(b).node {
    node.addShared(with: other, to: &sums, PythonPolicy(state))
  }
  return hamt_statistics(sums)
}

@c @implementation
func hamt_node_look(_ node: OpaquePointer) -> hamt_node_contents {
  let node = Node<PythonPolicy>(memory: UnsafeMutableRawPointer(node))
  let kind: hamt_node_kind
  switch node.kind {
  case .branch: kind = .HAMT_BRANCH
  case .collision: kind = .HAMT_COLLISION
  case .array: kind = .HAMT_ARRAY
  }
  let buckets = node.buckets
  return hamt_node_contents(
    kind: kind, entry_buckets: buckets.entries.rawValue,
    child_buckets: buckets.children.rawValue, entry_count: node.entryCount,
    child_count: node.childCount,
    entries: UnsafeRawPointer(node.entries).assumingMemoryBound(to: hamt_entry.self),
    children: UnsafeRawPointer(node.children).assumingMemoryBound(to: OpaquePointer.self))
}

@c @implementation
func hamt_array_limit() -> Int {
  Node<PythonPolicy>.arrayLimit
}

@c @implementation
func hamt_map_check(_ state: State, _ map: OpaquePointer?) -> hamt_status {
  do throws(CheckFailure) {
    try PythonRoot(map).node?.checkRoot(PythonPolicy(state))
    return .HAMT_OK
  } catch {
    switch error {
    case .violation(let violation):
      violation.text.utf8Start.withMemoryRebound(
        to: CChar.self, capacity: violation.text.utf8CodeUnitCount
      ) { hamt_set_assertion_failed($0) }
      return .HAMT_ERROR
    case .failure(let failure): return status(of: failure)
    }
  }
}

/// Collects a drawing as a Python list of str.
private struct Pieces: DumpTarget {
  let list: Object

  func write(_ text: StaticString) {
    text.utf8Start.withMemoryRebound(to: CChar.self, capacity: text.utf8CodeUnitCount) {
      hamt_append_text(list, $0, text.utf8CodeUnitCount)
    }
  }

  func write(_ number: Int) {
    hamt_append_number(list, number)
  }

  func write(character: UInt8) {
    var character = CChar(bitPattern: character)
    hamt_append_text(list, &character, 1)
  }

  // REENTRANCY: runs `__repr__`. The caller holds the map, whose nodes never change.
  func write(key: Object) {
    hamt_append_repr(list, key)
  }
}

@c @implementation
func hamt_map_dump(_ map: OpaquePointer, _ list: Object) -> hamt_status {
  var pieces = Pieces(list: list)
  PythonRoot(map).node?.dump(to: &pieces)
  return hamt_error_occurred() ? .HAMT_ERROR : .HAMT_OK
}
