// SPDX-License-Identifier: Apache-2.0

/// Drawing a tree as text, a line for each node and entry.
///
///     branch 3
///       3: key 1
///       A: branch 2
///         0: key 2
///         V: key 3
///
/// The digits are those that tests write hash paths with: 0-9, then A-V.

/// Where a drawing goes.
public protocol DumpTarget<Element> {
  associatedtype Element
  mutating func write(_ text: StaticString)
  mutating func write(_ number: Int)
  /// One character, given by its ASCII code.
  mutating func write(character: UInt8)
  mutating func write(key: Element)
}

extension Node {
  /// Draws the tree whose root this is.
  ///
  /// - Complexity: O(n).
  public func dump<Target: DumpTarget<Element>>(to target: inout Target) {
    dump(level: 0, to: &target)
  }

  private func dump<Target: DumpTarget<Element>>(level: Int, to target: inout Target) {
    switch kind {
    case .array: target.write("array ")
    case .branch: target.write("branch ")
    case .collision: target.write("collision ")
    }
    target.write(count)
    target.write("\n")
    guard kind == .branch else {
      for slot in 0..<entryCount {
        indent(level + 1, &target)
        dump(entries[slot].key, to: &target)
      }
      return
    }
    var buckets = Bitmap(rawValue: entryMap.rawValue | childMap.rawValue)
    while !buckets.isEmpty {
      let bucket = buckets.first
      buckets = buckets.removing(bucket)
      indent(level + 1, &target)
      target.write(character: UInt8(bucket.rawValue) + (bucket.rawValue < 10 ? 48 : 55))
      target.write(": ")
      if entryMap.contains(bucket) {
        dump(branchEntries[entryMap.slot(of: bucket)].key, to: &target)
      } else {
        children[childMap.slot(of: bucket)].dump(level: level + 1, to: &target)
      }
    }
  }

  private func indent<Target: DumpTarget<Element>>(_ depth: Int, _ target: inout Target) {
    for _ in 0..<depth {
      target.write("  ")
    }
  }

  private func dump<Target: DumpTarget<Element>>(_ key: Element, to target: inout Target) {
    target.write("key ")
    target.write(key: key)
    target.write("\n")
  }
}
