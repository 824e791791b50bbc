// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Times HamtCore's map of 64-bit keys beside the tries of other libraries.
///
/// Exit status: 0; 1 if an answer was wrong; 2 if the options will not do.

@main
struct NativeBenchmark {
  static func main() throws {
    let options: Options
    do {
      options = try Options(Array(CommandLine.arguments.dropFirst()))
    } catch {
      print("\(error)\n\(Options.usage)")
      exit(2)
    }
    keepFreedMemory()

    var contenders: [any Contender] = []
    var leftOut: [String] = []
    if let hamt = HamtContender() { contenders.append(hamt) }
    contenders.append(
      TreeContender<UInt64>(
        name: ContenderName.tree, note: "keys are UInt64, which Swift hashes by SipHash"))
    contenders.append(
      TreeContender<MixedKey>(
        name: ContenderName.mixedTree, note: "keys are hashed by the mix that HamtCore uses"))
    if let path = getenv("LIBHAMT").map({ String(cString: $0) }), !path.isEmpty {
      do {
        contenders.append(try LibhamtContender(path: path))
      } catch {
        leftOut.append("libhamt: \(error)")
      }
    } else {
      leftOut.append("libhamt: LIBHAMT names no library")
    }

    var outcome = Outcome()
    for size in options.sizes {
      FileHandle.standardError.write(Data("measuring \(size) entries\n".utf8))
      try measure(
        contenders, KeySet(count: size), budget: .seconds(options.seconds), into: &outcome)
    }
    let report = Report(
      contenders: contenders, sizes: options.sizes, outcome: outcome, leftOut: leftOut)
    print(report.table())
    for path in try report.write(to: options.outputDirectory, name: options.name) {
      print("written: \(path)")
    }
    if !outcome.wrong.isEmpty { exit(1) }
  }

  /// Lets the allocator keep what is freed, all contenders' alike: a run then works on memory that an
  /// earlier one has touched, and no figure holds the page faults of a process that grows.
  private static func keepFreedMemory() {
    // Swift does not import malloc.h of the GNU C library, which has this function and these numbers.
    guard let address = dlsym(dlopen(nil, RTLD_NOW), "mallopt") else { return }
    let setOption = unsafeBitCast(
      address, to: (@convention(c) (_ option: CInt, _ value: CInt) -> CInt).self)
    let (trimThreshold, mostMappings): (CInt, CInt) = (-1, -4)
    _ = setOption(trimThreshold, .max)
    _ = setOption(mostMappings, 0)
  }
}
