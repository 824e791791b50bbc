// SPDX-License-Identifier: Apache-2.0

/// Random programs: a few versions of a map are edited, copied, compared and dropped, and each is held
/// against a dictionary. The name of a program shows its seed; PYHAMT_SEED brings it back.

import Testing

@testable import HamtCore

/// The keys of a program.
enum Neighbourhood: String, CaseIterable, Sendable {
  case fewPaths
  case prefixColliding
  case extremes
  case good

  func path(using random: inout SplitMix64) -> HashPath {
    switch self {
    case .fewPaths:
      // Two of them part on the last level, the others on the first two.
      let paths: [UInt64] = [0, 1 << 63, 1, 32]
      return HashPath(bits: paths.randomElement(using: &random) ?? 0)
    case .prefixColliding:
      let levels = (0..<3).map { _ in UInt64.random(in: 0..<13, using: &random) }
      return HashPath(bits: levels.reduce(0) { $0 | 1 << (5 * $1) })
    case .extremes:
      let hashes: [UInt64] = [0, .max, 1 << 63, .max >> 1, 1 << 32, .max << 60, .max >> 4, 1]
      return HashPath(hash: hashes.randomElement(using: &random) ?? 0)
    case .good:
      return HashPath(hash: random.next())
    }
  }
}

struct RandomProgram: CustomTestStringConvertible, Sendable {
  let neighbourhood: Neighbourhood
  let seed: UInt64

  var testDescription: String { "\(neighbourhood), PYHAMT_SEED=\(seed)" }

  static let all = Neighbourhood.allCases.map {
    RandomProgram(neighbourhood: $0, seed: Environment.seed)
  }
}

@Suite(.ledger) struct RandomTests {
  private struct Version {
    var map: TestMap
    var model: TestMap.Model
  }

  let ledger = Ledger.current

  /// Keys of a neighbourhood; some are equal, and some are tracked.
  private func keys(
    _ neighbourhood: Neighbourhood, count: Int, using random: inout SplitMix64
  ) -> [Token] {
    (0..<count).flatMap { number in
      let name = "\(neighbourhood.path(using: &random).text)#\(number)"
      return [
        ledger.key(name, tracked: number % 16 == 0), ledger.key("\(name)'"),
      ]
    }
  }

  @Test(arguments: RandomProgram.all)
  func versionsAgreeWithDictionaries(program: RandomProgram) throws {
    var random = SplitMix64(state: program.seed)
    let keys = keys(program.neighbourhood, count: 40, using: &random)
    let values =
      (0..<4).map { ledger.value("\($0)") } + [ledger.value("tracked", tracked: true)]
    var versions = [Version(map: try ledger.map(""), model: [:])]
    // A program grows and shrinks its maps in turns, to pass through every size.
    var isGrowing = true
    for step in 0..<(Environment.wantsLongTests ? 60_000 : 1000) {
      if step % 100 == 0 { isGrowing.toggle() }
      let place = Int.random(in: 0..<versions.count, using: &random)
      let key = keys[Int.random(in: 0..<keys.count, using: &random)]
      let value = values[Int.random(in: 0..<values.count, using: &random)]
      let isSetting = Int.random(in: 0..<4, using: &random) < (isGrowing ? 3 : 1)
      let edit = isSetting ? Edit.set(key, value) : .remove(key)
      let others = versions.indices.filter { $0 != place }
      let images = others.map { versions[$0].map.image }

      try perform(edit, at: place, &versions, using: &random)

      versions[place].map.expect(versions[place].model)
      for (other, image) in zip(others, images) {
        #expect(versions[other].map.image == image)
      }
      if versions.count > 4 {
        versions.remove(at: Int.random(in: 0..<versions.count, using: &random)).map.drop()
      }
      if step % 20 == 0 { try compare(versions) }
    }
    for version in versions {
      version.map.expect(version.model)
    }
  }

  /// Edits a version in place, or replaces it by a new one, or adds that; some allocations fail.
  private func perform(
    _ edit: Edit, at place: Int, _ versions: inout [Version], using random: inout SplitMix64
  ) throws {
    let old = versions[place]
    let model = old.model.applying(edit, ledger)
    let failing = Int.random(in: 1...20, using: &random)
    do {
      switch Int.random(in: 0..<8, using: &random) {
      case 0:
        versions.append(Version(map: old.map.copy(), model: old.model))
      case 1:
        let map = try ledger.failing(.allocateNode, at: failing) { try old.map.applying(edit) }
        if map !== old.map { versions.append(Version(map: map, model: model)) }
      case 2, 3:
        let map = try ledger.failing(.allocateNode, at: failing) { try old.map.applying(edit) }
        versions[place] = Version(map: map, model: model)
        if map !== old.map { old.map.drop() }
      default:
        try ledger.failing(.allocateNode, at: failing) { _ = try old.map.apply(edit) }
        versions[place].model = model
      }
    } catch {
      #expect(error as? Failure == .outOfMemory)
    }
  }

  /// Versions are equal, and hash alike, when their models say so.
  private func compare(_ versions: [Version]) throws {
    for first in versions {
      for second in versions {
        let areEqual = try first.map.root.isEqual(to: second.map.root, ledger.policy)
        #expect(areEqual == (first.model.mapValues(\.value) == second.model.mapValues(\.value)))
        let hashes = try [first, second].map { try $0.map.root.contributions(ledger.policy) }
        #expect((hashes[0] == hashes[1]) == areEqual)
      }
    }
  }

  /// More keys than a pool of versions can hold, in one map that is edited in place.
  @Test(arguments: RandomProgram.all)
  func aLargeMapAgreesWithADictionary(program: RandomProgram) throws {
    var random = SplitMix64(state: program.seed)
    let keys = keys(program.neighbourhood, count: 300, using: &random)
    let map = try ledger.map("")
    var model: TestMap.Model = [:]
    for step in 0..<(Environment.wantsLongTests ? 100_000 : 1500) {
      let key = keys[Int.random(in: 0..<keys.count, using: &random)]
      let edit = Bool.random(using: &random) ? Edit.set(key, key) : .remove(key)
      try map.apply(edit)
      model = model.applying(edit, ledger)
      if step % 200 == 0 { map.expect(model) }
    }
    map.expect(model)
  }
}
