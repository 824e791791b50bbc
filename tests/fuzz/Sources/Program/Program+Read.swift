// SPDX-License-Identifier: Apache-2.0

/// Looking keys up, walking, hashing and describing one version.

import HamtCore

extension Program {
  /// What a lookup found is what the dictionary has.
  private func checkFound(
    _ found: UnsafeMutablePointer<Entry<Token>>?, _ key: Token, in version: Version
  ) {
    if world.pointee.isHostile { return }
    let expected = version.model[key.identity]
    if found?.pointee.key != expected?.key || found?.pointee.value != expected?.value {
      world.pointee.report("a lookup finds another entry than it should")
    }
  }

  mutating func find(_ place: Int) throws(Failure) {
    let key = reader.key()
    let version = versions[place]
    checkFound(try version.root.find(key, path: path(of: key), policy), key, in: version)
  }

  mutating func findMany(_ place: Int) throws(Failure) {
    let version = versions[place]
    let count = reader.count(upTo: Node<WorldPolicy>.queryLimit)
    let queries = UnsafeMutablePointer<Query<Token>>.allocate(capacity: Swift.max(count, 1))
    defer { queries.deallocate() }
    for index in 0..<count {
      let key = reader.key()
      // SAFETY: a query is plain words, and each of them is written.
      queries[index].key = key
      queries[index].path = path(of: key)
      queries[index].entry = nil
    }
    try version.root.find(queries, count: count, policy)
    for index in 0..<count {
      checkFound(queries[index].entry, queries[index].key, in: version)
    }
  }

  /// Walks over as many runs of entries as the program says, as a Python iterator does.
  mutating func iterate(_ place: Int) {
    let root = versions[place].root
    let distance = Int(reader.byte())
    let parts: [Cursor<WorldPolicy>.Parts] = [.keys, .values, .both]
    let choice = parts[Int(reader.byte()) % parts.count]
    var seen = 0
    withUnsafeTemporaryAllocation(of: Cursor<WorldPolicy>.self, capacity: 1) { buffer in
      guard let cursor = buffer.baseAddress else { return }
      Cursor.begin(root, parts: choice, in: cursor)
      for _ in 0...distance {
        guard let next = cursor.pointee.next, let end = cursor.pointee.end else { break }
        seen += end - next
        cursor.pointee.next = end
        if !cursor.pointee.advance() { break }
      }
    }
    if seen > root.count || root.count > 0 && distance == 255 && seen == 0 {
      world.pointee.report("a walk meets more entries than there are, or none")
    }
  }

  /// The hash is that of the entries, and so is the one that the nodes remember.
  mutating func hash(_ place: Int) throws(Failure) {
    let version = versions[place]
    let hash = try version.root.contributions(policy)
    var expected: UInt64 = 0
    for entry in version.model.values {
      expected ^= WorldPolicy.contribution(key: entry.key, value: entry.value)
    }
    if hash != expected, !world.pointee.isHostile {
      world.pointee.report("a hash is not that of the entries")
    }
  }

  /// The statistics and the drawing know all entries.
  mutating func describe(_ place: Int) {
    // The root is handed over as an address, as it is to C.
    let root = Root<WorldPolicy>(memory: versions[place].root.memory)
    if let node = root.node {
      let (entries, children) = (node.buckets.entries.count, node.buckets.children.count)
      let expected = node.kind == .branch ? (node.entryCount, node.childCount) : (0, 0)
      if (entries, children) != expected {
        world.pointee.report("a node has other buckets than contents")
      }
    }
    var statistics = Statistics()
    root.node?.add(to: &statistics, level: 0, policy)
    var drawing = CountedDrawing()
    root.node?.dump(to: &drawing)
    if statistics.entries != root.count || drawing.keys != root.count {
      world.pointee.report("the statistics or the drawing have another count than the map")
    }
    if statistics.usedBuckets > statistics.buckets {
      world.pointee.report("a map uses more buckets than it has")
    }
    if root.isTracked(policy) != (statistics.trackedNodes > 0), !world.pointee.isHostile {
      world.pointee.report("a map is not tracked as its nodes are")
    }
  }
}

/// A drawing of which only the keys are counted.
private struct CountedDrawing: DumpTarget {
  var keys = 0

  mutating func write(_ text: StaticString) {}
  mutating func write(_ number: Int) {}
  mutating func write(character: UInt8) {}
  mutating func write(key: Token) { keys += 1 }
}
