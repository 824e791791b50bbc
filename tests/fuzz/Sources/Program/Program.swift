// SPDX-License-Identifier: Apache-2.0

/// Runs a string of bytes as operations on a few versions of a map, each beside a dictionary.
///
/// After each operation the version that it made is checked against the invariants and against its
/// dictionary, and in the end all versions are, so that an edit which reaches into another version shows.
/// When every version is gone, no node and no reference may be left.
///
/// The fuzzer makes such strings up; the tests run those that it kept.

import HamtCore

public struct Program {
  typealias Model = [Int: Entry<Token>]

  /// A map, and what it should hold by the identity of the keys.
  struct Version {
    var root: Root<WorldPolicy>
    var model: Model
  }

  private static let versionLimit = 8
  private static let stepLimit = 400
  private static let bulkStepLimit = 24

  let policy: WorldPolicy
  let hasBulk: Bool
  var reader: Reader
  var versions: [Version] = []

  var world: UnsafeMutablePointer<World> { policy.world }

  private init(
    _ bytes: UnsafeRawBufferPointer, in world: UnsafeMutablePointer<World>, planting fault: Fault?
  ) {
    var reader = Reader(bytes)
    let header = reader.byte()
    self.reader = reader
    hasBulk = header >> 4 == 15
    world.initialize(
      to: World(
        pools: (
          KeyPool(rawValue: header & 3) ?? .dense, KeyPool(rawValue: header >> 2 & 3) ?? .dense
        ),
        isHostile: header >> 4 == 14, hasBulk: hasBulk, fault: fault))
    policy = WorldPolicy(world: world)
  }

  /// What a run came to.
  public struct Outcome: Sendable {
    /// What is wrong with the core.
    public var problem: String?
    /// The operations that succeeded, and those that failed as they were made to.
    public internal(set) var succeeded = OperationSet()
    public internal(set) var failed = OperationSet()
  }

  /// Runs a program to its end, or to the first problem.
  public static func run(
    _ bytes: UnsafeRawBufferPointer, planting fault: Fault? = nil
  ) -> Outcome {
    var reader = Reader(bytes)
    if reader.byte() >> 4 == 13 {
      return Outcome(problem: PlainProgram.run(reader).map { "\($0)" })
    }
    return withUnsafeTemporaryAllocation(of: World.self, capacity: 1) { buffer in
      guard let world = buffer.baseAddress else { return Outcome() }
      var program = Program(bytes, in: world, planting: fault)
      var outcome = Outcome()
      program.run(&outcome)
      outcome.problem = world.pointee.problem.map { "\($0)" }
      world.pointee.end()
      return outcome
    }
  }

  private mutating func run(_ outcome: inout Outcome) {
    versions = [Version(root: Root(nil), model: [:])]
    var stepsLeft = hasBulk ? Self.bulkStepLimit : Self.stepLimit
    while !reader.isAtEnd, stepsLeft > 0, world.pointee.problem == nil {
      stepsLeft -= 1
      let step = reader.byte()
      takeStep(Operation(step: step), on: Int(step >> 5) % versions.count, &outcome)
    }
    for place in versions.indices where world.pointee.problem == nil {
      check(place)
    }
    // A broken map may not bear to be given up. With a planted fault it is the counts that are wrong.
    if world.pointee.problem != nil, world.pointee.fault == nil { return }
    while let version = versions.popLast() {
      version.root.release(policy)
    }
    world.pointee.checkNothingIsLeft()
  }

  private mutating func takeStep(
    _ operation: Operation, on place: Int, _ outcome: inout Outcome
  ) {
    world.pointee.failure = nil
    var failure: Failure?
    do throws(Failure) {
      try perform(operation, on: place)
    } catch {
      failure = error
    }
    if failure != world.pointee.failure {
      world.pointee.report("an operation fails for no reason, or hides that a call failed")
    }
    if failure == nil {
      outcome.succeeded.formUnion(OperationSet(operation))
    } else {
      outcome.failed.formUnion(OperationSet(operation))
    }
    if operation == .failAllocation || operation == .failCallback { return }
    check(Swift.min(place, versions.count - 1))
    check(versions.count - 1)
  }

  private mutating func perform(_ operation: Operation, on place: Int) throws(Failure) {
    switch operation {
    case .set: try set(place, .replacing)
    case .setInPlace: try set(place, .inPlace)
    case .setBeside: try set(place, .beside)
    case .delete: try delete(place, .replacing)
    case .deleteInPlace: try delete(place, .inPlace)
    case .deleteBeside: try delete(place, .beside)
    case .setRun: try setRun(place)
    case .deleteRun: try deleteRun(place)
    case .branch: branch(place)
    case .drop: drop(place)
    case .clear: replace(place, with: Version(root: Root(nil), model: [:]))
    case .buildFromKeys: try buildFromKeys(place)
    case .buildFromRun: try buildFromRun(place)
    case .buildBulk: try buildBulk(place)
    case .merge: try merge(place, .replacing)
    case .mergeBeside: try merge(place, .beside)
    case .difference: try takeDifference(place)
    case .equality: try compare(place)
    case .sharing: measureSharing(place)
    case .hash: try hash(place)
    case .find: try find(place)
    case .findMany: try findMany(place)
    case .iterate: iterate(place)
    case .describe: describe(place)
    case .failAllocation: world.pointee.callsToFailure.allocations = reader.callNumber()
    case .failCallback: world.pointee.callsToFailure.callbacks = reader.callNumber()
    }
  }
}

// MARK: - Versions

extension Program {
  /// What becomes of the version that an edit is made of.
  enum Mode {
    /// Its nodes are edited where they are.
    case inPlace
    /// The new version takes its place.
    case replacing
    /// It stays, and so does the new one.
    case beside
  }

  mutating func store(_ new: Version, madeFrom place: Int, _ mode: Mode) {
    if mode == .beside {
      add(new)
    } else {
      replace(place, with: new)
    }
  }

  mutating func replace(_ place: Int, with new: Version) {
    let old = versions[place]
    versions[place] = new
    old.root.release(policy)
  }

  /// Adds a version. When there are too many, the first gives way.
  mutating func add(_ new: Version) {
    versions.append(new)
    if versions.count > Self.versionLimit { drop(0) }
  }

  private mutating func branch(_ place: Int) {
    versions[place].root.retain(policy)
    add(versions[place])
  }

  /// Gives a version up, once it is seen to be whole; there is always one.
  private mutating func drop(_ place: Int) {
    check(place)
    if versions.count == 1 || world.pointee.problem != nil { return }
    let old = versions.remove(at: place)
    old.root.release(policy)
  }

  /// The version that the next byte names.
  mutating func otherVersion() -> Version {
    versions[Int(reader.byte() & 7) % versions.count]
  }
}

// MARK: - Checks

extension Program {
  /// The version keeps the invariants, and holds what its dictionary holds.
  mutating func check(_ place: Int) {
    world.pointee.callsToFailure = (0, 0)
    let version = versions[place]
    if world.pointee.isHostile {
      checkCount(of: version.root)
      return
    }
    do throws(CheckFailure) {
      try version.root.node?.checkRoot(policy)
    } catch {
      switch error {
      case .violation(let violation): world.pointee.report(violation.text)
      case .failure: world.pointee.report("a check fails")
      }
      return
    }
    var cursor = Cursor(version.root)
    var count = 0
    while let entry = cursor.takeNext() {
      count += 1
      guard let expected = version.model[entry.pointee.key.identity] else {
        world.pointee.report("a map has a key that it should not have")
        return
      }
      if expected.key != entry.pointee.key {
        world.pointee.report("a map has another one of two equal keys than the first")
      }
      if expected.value != entry.pointee.value {
        world.pointee.report("a key has another value than it should have")
      }
    }
    if count != version.model.count || count != version.root.count {
      world.pointee.report("a map has fewer or more entries than it should have")
    }
  }

  private func checkCount(of root: Root<WorldPolicy>) {
    var cursor = Cursor(root)
    var count = 0
    while cursor.takeNext() != nil { count += 1 }
    if count != root.count { world.pointee.report("a map miscounts its entries") }
  }
}
