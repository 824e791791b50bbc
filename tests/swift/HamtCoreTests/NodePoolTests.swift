// SPDX-License-Identifier: Apache-2.0

/// Freed blocks and their next use.

import Testing

@testable import HamtCore

@Suite struct NodePoolTests {
  private static func block(_ byteCount: Int) -> UnsafeMutableRawPointer {
    .allocate(byteCount: byteCount, alignment: 16)
  }

  /// Gives a new block of a size to a pool, which keeps it or not.
  private static func give(_ byteCount: Int, to pool: NodePool) -> Bool {
    let block = block(byteCount)
    let isKept = pool.give(block, byteCount: byteCount) { $0.deallocate() }
    if !isKept { block.deallocate() }
    return isKept
  }

  /// A pool keeps what it gets until a list is full.
  private static func freeNothing(_ block: UnsafeMutableRawPointer) {
    Issue.record("a block was freed")
  }

  /// Runs `body` with a pool, then destroys it and gives the number of blocks that it still kept.
  @discardableResult
  private static func withPool(_ body: (NodePool) throws -> Void) throws -> Int {
    let pool = try #require(NodePool())
    let result = Result { try body(pool) }
    var keptCount = 0
    pool.destroy {
      keptCount += 1
      $0.deallocate()
    }
    try result.get()
    return keptCount
  }

  @Test func aNewPoolHasNothing() throws {
    try Self.withPool { pool in
      for byteCount in stride(from: 8, through: NodePool.largestBlock, by: 8) {
        #expect(pool.take(byteCount: byteCount) == nil)
      }
    }
  }

  @Test(arguments: [8, 48, NodePool.largestBlock])
  func aFreedBlockIsTheNextOneOfItsSize(byteCount: Int) throws {
    try Self.withPool { pool in
      let block = Self.block(byteCount)
      #expect(pool.give(block, byteCount: byteCount, free: Self.freeNothing))
      #expect(pool.take(byteCount: byteCount) == block)
      #expect(pool.take(byteCount: byteCount) == nil)
      block.deallocate()
    }
  }

  @Test func theLastBlockInIsTheFirstOut() throws {
    try Self.withPool { pool in
      let blocks = (0..<5).map { _ in Self.block(64) }
      for block in blocks {
        #expect(pool.give(block, byteCount: 64, free: Self.freeNothing))
      }
      for block in blocks.reversed() {
        #expect(pool.take(byteCount: 64) == block)
        block.deallocate()
      }
    }
  }

  @Test func sizesAreNotMixed() throws {
    let kept = try Self.withPool { pool in
      #expect(pool.give(Self.block(64), byteCount: 64, free: Self.freeNothing))
      #expect(pool.take(byteCount: 56) == nil)
      #expect(pool.take(byteCount: 72) == nil)
    }
    #expect(kept == 1)
  }

  @Test func aBlockBeyondTheLargestIsRefused() throws {
    try Self.withPool { pool in
      let byteCount = NodePool.largestBlock + 8
      let block = Self.block(byteCount)
      #expect(!pool.give(block, byteCount: byteCount, free: Self.freeNothing))
      #expect(pool.take(byteCount: byteCount) == nil)
      block.deallocate()
    }
  }

  @Test func theLargestBranchesAreKept() {
    // No header is longer than that of a Python object.
    let surplus = 16 - UInt64Policy.nodeHeaderSize
    for children in 0...32 {
      let byteCount = Node<UInt64Policy>.branchByteCount(entries: 32 - children, children: children)
      #expect(byteCount + surplus <= NodePool.largestBlock)
    }
  }

  @Test func aFullListClosesAllLists() throws {
    let kept = try Self.withPool { pool in
      #expect(Self.give(72, to: pool))
      for _ in 0..<NodePool.listLimit {
        #expect(Self.give(64, to: pool))
      }
      #expect(!Self.give(64, to: pool))
      #expect(!Self.give(64, to: pool))
      #expect(!Self.give(72, to: pool))
      #expect(!Self.give(80, to: pool))
    }
    #expect(kept == 0)
  }

  @Test func aClosedListOpensWhenABlockIsAskedFor() throws {
    let kept = try Self.withPool { pool in
      for _ in 0...NodePool.listLimit {
        _ = Self.give(64, to: pool)
      }
      #expect(pool.take(byteCount: 64) == nil)
      #expect(Self.give(64, to: pool))
      #expect(!Self.give(72, to: pool))
    }
    #expect(kept == 1)
  }

  @Test func aListThatGaveABlockTakesOneAgain() throws {
    let kept = try Self.withPool { pool in
      for _ in 0..<NodePool.listLimit {
        #expect(pool.give(Self.block(64), byteCount: 64, free: Self.freeNothing))
      }
      let block = try #require(pool.take(byteCount: 64))
      #expect(pool.give(block, byteCount: 64, free: Self.freeNothing))
    }
    #expect(kept == NodePool.listLimit)
  }

  @Test func destroyingHandsOutEveryBlockOnce() throws {
    let pool = try #require(NodePool())
    let blocks = Set(
      [8, 16, 64, 64, 64, NodePool.largestBlock].map { byteCount in
        let block = Self.block(byteCount)
        #expect(pool.give(block, byteCount: byteCount, free: Self.freeNothing))
        return block
      })
    var freed: [UnsafeMutableRawPointer] = []
    pool.destroy { freed.append($0) }
    #expect(freed.count == 6)
    #expect(Set(freed) == blocks)
    for block in blocks {
      block.deallocate()
    }
  }

  @Test func aHandleLeadsToTheSamePool() throws {
    try Self.withPool { pool in
      let block = Self.block(64)
      #expect(pool.give(block, byteCount: 64, free: Self.freeNothing))
      #expect(NodePool(handle: pool.handle).take(byteCount: 64) == block)
      block.deallocate()
    }
  }
}
