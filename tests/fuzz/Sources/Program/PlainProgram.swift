// SPDX-License-Identifier: Apache-2.0

/// Runs a string of bytes as operations on maps of plain words, as a Swift user has them: two versions
/// with one pool, each beside a dictionary.
///
/// A step is one byte; each but the last three takes a key, and two of them a value.

import HamtCore

struct PlainProgram: ~Copyable {
  private typealias Map = PersistentMap<UInt64Policy>

  private var reader: Reader
  private var map: PersistentMap<UInt64Policy>
  private var kept: PersistentMap<UInt64Policy>
  private var model: [UInt64: UInt64] = [:]
  private var keptModel: [UInt64: UInt64] = [:]

  private init(_ reader: Reader, _ policy: UInt64Policy) {
    self.reader = reader
    map = PersistentMap(policy: policy)
    kept = map.copy()
  }

  /// Runs the rest of a program. The first problem, or nil.
  static func run(_ reader: Reader) -> StaticString? {
    guard let pool = NodePool() else { return "there is no memory for a pool" }
    defer { pool.destroy { $0.deallocate() } }
    var program = PlainProgram(reader, UInt64Policy(pool: pool))
    do throws(Failure) {
      return try program.run()
    } catch {
      return "an operation of plain words fails"
    }
  }

  private mutating func run() throws(Failure) -> StaticString? {
    while !reader.isAtEnd {
      if let problem = try takeStep() ?? Self.problem(of: map, model) { return problem }
    }
    return Self.problem(of: kept, keptModel)
  }

  private mutating func takeStep() throws(Failure) -> StaticString? {
    let step = reader.byte() % 8
    let key = step < 5 ? UInt64(reader.byte()) << 28 : 0
    switch step {
    case 0:
      let value = UInt64(reader.byte())
      let isNew = try map.insert(key, value)
      if isNew != (model.updateValue(value, forKey: key) == nil) {
        return "a plain insertion takes a key for new"
      }
    case 1:
      let value = UInt64(reader.byte())
      map = try map.inserting(key, value)
      model[key] = value
    case 2:
      if try map.remove(key) != (model.removeValue(forKey: key) != nil) {
        return "a plain removal finds another key"
      }
    case 3:
      map = try map.removing(key)
      model[key] = nil
    case 4:
      if try map.value(of: key) != model[key] { return "a plain lookup finds another value" }
    case 5:
      kept = map.copy()
      keptModel = model
    case 6:
      if try map.isEqual(to: kept) != (model == keptModel) { return "plain maps compare wrong" }
    default:
      // Enough entries for a pool to give some back to the allocator.
      for key in 0..<UInt64(reader.byte()) * 4 {
        try map.insert(key, key)
        model[key] = key
      }
    }
    return nil
  }

  private static func problem(
    of map: borrowing Map, _ model: [UInt64: UInt64]
  ) -> StaticString? {
    do throws(CheckFailure) {
      try map.root.node?.checkRoot(map.policy)
    } catch {
      return "a plain map breaks an invariant"
    }
    var isRight = map.count == model.count && map.isEmpty == model.isEmpty
    let compare = { (key: UInt64, value: UInt64) in isRight = isRight && model[key] == value }
    map.forEach(compare)
    return isRight ? nil : "a plain map has other entries than it should have"
  }
}
