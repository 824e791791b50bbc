// SPDX-License-Identifier: Apache-2.0

import CSystem

/// Plain 64-bit keys and values, for maps used from Swift.
///
/// Elements need no counting and no callback can fail. The header of a node is its reference count, which
/// is not atomic: maps that share nodes belong to one thread, as does the pool.

public struct UInt64Policy: ElementPolicy {
  private let pool: NodePool

  /// - Parameter pool: where nodes come from; it must outlive every map of this policy.
  public init(pool: NodePool) {
    self.pool = pool
  }

  public static var nodeHeaderSize: Int { 8 }

  @inline(__always)
  public func areIdentical(_ a: UInt64, _ b: UInt64) -> Bool { a == b }

  /// A multiplication spreads keys that come in strides; its inverse exists, so no two keys share a path.
  ///
  /// The constant is 2^64 divided by the golden ratio (Knuth, The Art of Computer Programming, vol. 3,
  /// section 6.4).
  @inline(__always)
  public func path(of key: UInt64) -> HashPath {
    let product = key &* 0x9E37_79B9_7F4A_7C15
    return HashPath(bits: product ^ product &>> 32)
  }

  @inline(__always)
  public func matches(_ stored: UInt64, _ key: UInt64, path: HashPath) -> Bool { stored == key }

  @inline(__always)
  public func areEqualKeys(_ stored: UInt64, _ key: UInt64) -> Bool { stored == key }

  @inline(__always)
  public func areEqual(_ a: UInt64, _ b: UInt64) -> Bool { a == b }

  public func contribution(key: UInt64, value: UInt64) -> UInt64 {
    // The finaliser of MurmurHash3 (Appleby), on the pair.
    var mixed = path(of: key).bits &+ value &* 0xFF51_AFD7_ED55_8CCD
    mixed ^= mixed &>> 33
    mixed = mixed &* 0xC4CE_B9FE_1A85_EC53
    return mixed ^ mixed &>> 33
  }

  @inline(__always)
  public func isTracked(_ element: UInt64) -> Bool { false }

  @inline(__always)
  public func retain(_ element: UInt64) {}

  @inline(__always)
  public func release(_ element: UInt64) {}

  @inline(__always)
  public func allocateNode(
    byteCount: Int, tracked: Bool
  ) throws(Failure) -> UnsafeMutableRawPointer {
    guard let node = pool.take(byteCount: byteCount) ?? csystem_allocate(byteCount) else {
      throw .outOfMemory
    }
    node.storeBytes(of: 1, as: Int.self)
    return node
  }

  @inline(__always)
  public func publishNode(_ node: UnsafeMutableRawPointer) {}

  @inline(__always)
  public func deallocateNode(_ node: UnsafeMutableRawPointer, byteCount: Int) {
    if !pool.give(node, byteCount: byteCount, free: csystem_deallocate) {
      csystem_deallocate(node)
    }
  }

  @inline(__always)
  public func retainNode(_ node: UnsafeMutableRawPointer) {
    let count = node.assumingMemoryBound(to: Int.self)
    count.pointee &+= 1
  }

  @inline(__always)
  public func releaseNode(_ node: UnsafeMutableRawPointer) -> Bool {
    let count = node.assumingMemoryBound(to: Int.self)
    count.pointee &-= 1
    return count.pointee == 0
  }

  @inline(__always)
  public func isUniqueNode(_ node: UnsafeMutableRawPointer) -> Bool {
    node.load(as: Int.self) == 1
  }

  @inline(__always)
  public func isTrackedNode(_ node: UnsafeMutableRawPointer) -> Bool { false }
}
