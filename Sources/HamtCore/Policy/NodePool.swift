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
/// A pool is a handle, not a lock: its owner sees to it that one thread uses it at a time.
///
/// A list that is full closes all lists: what they keep goes back to the allocator beneath, and so does
/// what comes, until a node of the list's size is asked for. A large map that is dropped so returns its
/// memory, all of it: a few kept blocks, scattered over its memory, would hold each page that they are on.
///
///              give                          give
///     open ───────────▶ open, one block more ─────▶ full: all lists close, without blocks
///       ▲                                                           │
///       └──────────────────────── take ─────────────────────────────┘

public struct NodePool: BitwiseCopyable {
  struct FreeList: BitwiseCopyable {
    var head: UnsafeMutableRawPointer?
    /// That of the blocks, or the limit in a closed list.
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
    guard let block = list.pointee.head else {
      list.pointee.count = 0
      return nil
    }
    list.pointee.head = block.load(as: UnsafeMutableRawPointer?.self)
    list.pointee.count &-= 1
    return block
  }

  /// Keeps a freed block. False when it is too large or its list is closed: the caller frees it. When the
  /// list is full, hands every kept block to `free`.
  @inline(__always)
  public func give(
    _ block: UnsafeMutableRawPointer, byteCount: Int, free: (UnsafeMutableRawPointer) -> Void
  ) -> Bool {
    guard byteCount <= Self.largestBlock else { return false }
    let list = lists + byteCount &>> 3
    guard list.pointee.count < Self.listLimit else {
      if list.pointee.head != nil { close(free) }
      return false
    }
    block.storeBytes(of: list.pointee.head, as: UnsafeMutableRawPointer?.self)
    list.pointee.head = block
    list.pointee.count &+= 1
    return true
  }

  @inline(never)
  private func close(_ free: (UnsafeMutableRawPointer) -> Void) {
    for size in 0...Self.largestBlock / 8 {
      while let block = lists[size].head {
        lists[size].head = block.load(as: UnsafeMutableRawPointer?.self)
        free(block)
      }
      lists[size].count = Self.listLimit
    }
  }

  /// Hands every kept block to `free`, then frees the pool itself. No handle to it may be used again.
  public func destroy(_ free: (UnsafeMutableRawPointer) -> Void) {
    close(free)
    csystem_deallocate(UnsafeMutableRawPointer(lists))
  }
}
