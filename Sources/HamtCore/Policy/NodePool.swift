// SPDX-License-Identifier: Apache-2.0

import CSystem

/// Freed blocks, kept by exact size for the next node of that size.
///
/// An update frees nodes of the sizes that the next update asks for, so a short list for each size keeps
/// the allocator out of the hot path, and the block that comes back is still in the cache:
///
///     lists[size / 8] ┌──────┬───────┐    ┌────────┐    ┌────────┐
///                     │ head │ count │───▶│ next   │───▶│ nil    │
///                     └──────┴───────┘    │ (free) │    │ (free) │
///                                         └────────┘    └────────┘
///
/// A pool is a handle, not a lock: its owner sees to it that one thread uses it at a time. What a full
/// list does not take goes back to the allocator beneath, so a large map that is dropped returns its
/// memory.

public struct NodePool: BitwiseCopyable {
  struct FreeList: BitwiseCopyable {
    var head: UnsafeMutableRawPointer?
    var count: Int
  }

  private let lists: UnsafeMutablePointer<FreeList>

  /// The largest block kept, in bytes: a branch of 31 entries and a child has 552.
  static let largestBlock = 560

  /// Blocks that a list keeps. Not measured.
  static let listLimit = 128

  /// A new pool, or nil when there is no memory for it.
  public init?() {
    let listCount = Self.largestBlock / 8 + 1
    guard let memory = csystem_allocate(listCount * MemoryLayout<FreeList>.stride) else {
      return nil
    }
    lists = memory.bindMemory(to: FreeList.self, capacity: listCount)
    lists.initialize(repeating: FreeList(head: nil, count: 0), count: listCount)
  }

  /// The pool behind a handle made by `handle`.
  public init(handle: UnsafeMutableRawPointer) {
    lists = handle.assumingMemoryBound(to: FreeList.self)
  }

  /// The pool as one word, to be kept where Swift values cannot be.
  public var handle: UnsafeMutableRawPointer { UnsafeMutableRawPointer(lists) }

  /// A kept block of this size, or nil when there is none.
  @inline(__always)
  public func take(byteCount: Int) -> UnsafeMutableRawPointer? {
    guard byteCount <= Self.largestBlock else { return nil }
    let list = lists + byteCount &>> 3
    guard let block = list.pointee.head else { return nil }
    list.pointee.head = block.load(as: UnsafeMutableRawPointer?.self)
    list.pointee.count &-= 1
    return block
  }

  /// Keeps a freed block. False when it is too large or its list is full: the caller frees it.
  @inline(__always)
  public func give(_ block: UnsafeMutableRawPointer, byteCount: Int) -> Bool {
    guard byteCount <= Self.largestBlock else { return false }
    let list = lists + byteCount &>> 3
    guard list.pointee.count < Self.listLimit else { return false }
    block.storeBytes(of: list.pointee.head, as: UnsafeMutableRawPointer?.self)
    list.pointee.head = block
    list.pointee.count &+= 1
    return true
  }

  /// Hands every kept block to `free`, then frees the pool itself. No handle to it may be used again.
  public func destroy(_ free: (UnsafeMutableRawPointer) -> Void) {
    for size in 0...Self.largestBlock / 8 {
      while let block = lists[size].head {
        lists[size].head = block.load(as: UnsafeMutableRawPointer?.self)
        free(block)
      }
    }
    csystem_deallocate(UnsafeMutableRawPointer(lists))
  }
}
