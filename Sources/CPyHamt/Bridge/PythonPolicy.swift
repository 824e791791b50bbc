// SPDX-License-Identifier: Apache-2.0

import CPyHamtShim
import HamtCore

/// Keys and values that are Python objects, nodes that begin with a Python object's header.
///
/// A *plain* node has no type and lives in the interpreter's pool, where the cycle collector never looks.
/// A *tracked* node is a Python object of a hidden type, which the collector visits like any other. Both
/// have their reference count in the same place:
///
///                    ┌───────────┬──────────┬─────────┬──────────┬ ─ ─
///     plain          │ ob_refcnt │ NULL     │ entry   │ child    │
///                    │           │          │ Map     │ Map      │
///                    ├───────────┼──────────┼─────────┴──────────┼ ─ ─
///     tracked        │ ob_refcnt │ NodeType │ (ob_size)          │
///     [PyGC_Head]    │           │          │ as above           │
///                    └───────────┴──────────┴────────────────────┴ ─ ─
///       bytes             8           8               8
///
/// The pool needs no lock: whoever uses the policy holds the lock of the interpreter whose state it is. A
/// build for an interpreter without that lock has no pool, and counts plain nodes atomically.

struct PythonPolicy: ElementPolicy {
  typealias Element = UnsafeMutablePointer<PyObject>

  /// The interpreter's state. Without one, as when its module has been torn down, nodes can only be freed.
  let state: UnsafeMutablePointer<hamt_state>?

  @inline(__always)
  init(_ state: UnsafeMutablePointer<hamt_state>?) {
    self.state = state
  }

  static var nodeHeaderSize: Int { MemoryLayout<PyObject>.size }

  // SAFETY: only a node that is being given up meets a policy without a state, and a state makes its pool
  // first and destroys it last.
  @inline(__always)
  private var presentState: UnsafeMutablePointer<hamt_state> { state.unsafelyUnwrapped }

  @inline(__always)
  private var pool: NodePool { NodePool(handle: presentState.pointee.pool.unsafelyUnwrapped) }

  @inline(__always)
  private static func object(_ node: UnsafeMutableRawPointer) -> Element {
    node.assumingMemoryBound(to: PyObject.self)
  }
}

// MARK: - Keys and values

extension PythonPolicy {
  @inline(__always)
  func areIdentical(_ a: Element, _ b: Element) -> Bool { a == b }

  @inline(__always)
  static func path(hash: Int) -> HashPath {
    HashPath(hash: UInt64(bitPattern: Int64(hash)))
  }

  // REENTRANCY: may run `__hash__`.
  @inline(__always)
  func path(of key: Element) throws(Failure) -> HashPath {
    let hash = hamt_object_hash(key)
    if hash == -1 { throw .callbackFailed }
    return Self.path(hash: hash)
  }

  // As in a dict, `==` is called only for keys of one hash, so that keys whose `==` raises, or gives no
  // truth value, for strangers are good keys here as well. Nodes store no hashes: it is taken anew, unless
  // both keys are of one built-in type whose `==` costs no more.
  //
  // REENTRANCY: may run `__hash__` and `__eq__`.
  @inline(__always)
  func matches(_ stored: Element, _ key: Element, path: HashPath) throws(Failure) -> Bool {
    switch hamt_object_likeness(stored, key) {
    case .HAMT_DIFFERENT: return false
    case .HAMT_EQUAL: return true
    case .HAMT_COMPARABLE: return try areEqual(stored, key)
    case .HAMT_UNKNOWN:
      guard try self.path(of: stored) == path else { return false }
      return try areEqual(stored, key)
    }
  }

  // REENTRANCY: may run `__eq__`.
  @inline(__always)
  func areEqualKeys(_ stored: Element, _ key: Element) throws(Failure) -> Bool {
    switch hamt_object_likeness(stored, key) {
    case .HAMT_DIFFERENT: return false
    case .HAMT_EQUAL: return true
    case .HAMT_COMPARABLE, .HAMT_UNKNOWN: return try areEqual(stored, key)
    }
  }

  // REENTRANCY: may run `__eq__`.
  @inline(__always)
  func areEqual(_ a: Element, _ b: Element) throws(Failure) -> Bool {
    let result = hamt_object_equal(a, b)
    if result < 0 { throw .callbackFailed }
    return result != 0
  }

  // REENTRANCY: may run `__hash__`.
  func contribution(key: Element, value: Element) throws(Failure) -> UInt64 {
    let keyHash = hamt_object_hash(key)
    if keyHash == -1 { throw .callbackFailed }
    let valueHash = hamt_object_hash(value)
    if valueHash == -1 { throw .callbackFailed }
    return PythonHash.frozenSetTerm(ofPairWith: keyHash, valueHash)
  }

  @inline(__always)
  func isTracked(_ element: Element) -> Bool {
    hamt_object_is_tracked(element, presentState.pointee.MapType, HAMT_TUPLE_DEPTH)
  }

  @inline(__always)
  func retain(_ element: Element) {
    hamt_object_retain(element)
  }

  // REENTRANCY: may run a destructor.
  @inline(__always)
  func release(_ element: Element) {
    hamt_object_release(element)
  }
}

extension PythonPolicy {
  @inline(__always)
  static func prefetch(_ element: Element) { hamt_prefetch(element) }
}

// MARK: - Nodes

extension PythonPolicy {
  @inline(__always)
  func allocateNode(
    byteCount: Int, tracked: Bool
  ) throws(Failure) -> UnsafeMutableRawPointer {
    if tracked {
      guard
        let node = hamt_node_allocate_tracked(
          presentState.pointee.NodeType.unsafelyUnwrapped, byteCount)
      else { throw .outOfMemory }
      return node
    }
    let kept = HAMT_HAS_POOL != 0 ? pool.take(byteCount: byteCount) : nil
    guard let node = kept ?? hamt_node_allocate_plain(byteCount) else { throw .outOfMemory }
    hamt_node_init_plain(node)
    return node
  }

  @inline(__always)
  func publishNode(_ node: UnsafeMutableRawPointer) {
    if isTrackedNode(node) {
      hamt_node_track(Self.object(node))
    }
  }

  @inline(__always)
  func deallocateNode(_ node: UnsafeMutableRawPointer, byteCount: Int) {
    if isTrackedNode(node) {
      deallocateTrackedNode(node)
    } else if HAMT_HAS_POOL == 0 || state == nil
      || !pool.give(node, byteCount: byteCount, free: hamt_node_free_plain)
    {
      hamt_node_free_plain(node)
    }
  }

  /// Frees a tracked node whose contents have moved, by the way of every Python object: it is left with
  /// no contents and one reference, which is given up.
  @inline(never)
  private func deallocateTrackedNode(_ node: UnsafeMutableRawPointer) {
    Node<PythonPolicy>(memory: node).forgetContents()
    hamt_node_end_tracked(Self.object(node))
  }

  @inline(__always)
  func retainNode(_ node: UnsafeMutableRawPointer) {
    hamt_node_retain(Self.object(node))
  }

  @inline(__always)
  func releaseNode(_ node: UnsafeMutableRawPointer) -> Bool {
    hamt_node_release(Self.object(node))
  }

  // A tracked node is ended by Python, whose `tp_dealloc` comes back through `hamt_node_dispose`. A plain
  // node has no type to do so.
  @inline(__always)
  func endNode(_ node: UnsafeMutableRawPointer) -> Bool {
    guard hamt_node_is_tracked(Self.object(node)) else { return false }
    hamt_node_end_tracked(Self.object(node))
    return true
  }

  @inline(__always)
  func isUniqueNode(_ node: UnsafeMutableRawPointer) -> Bool {
    hamt_node_is_unique(Self.object(node))
  }

  @inline(__always)
  func isTrackedNode(_ node: UnsafeMutableRawPointer) -> Bool {
    hamt_node_is_tracked(Self.object(node))
  }
}
