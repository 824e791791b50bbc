// SPDX-License-Identifier: Apache-2.0

/// The command line and the environment.

struct Options {
  var sizes = [1_000, 10_000, 100_000, 1_000_000]
  /// Seconds for one operation at one size, all contenders together.
  var seconds = 1.0
  var outputDirectory = "benchmarks/results"
  var name = "native"

  static let usage = """
    usage: NativeBenchmark [--sizes 1000,100000] [--seconds 1] [--output-dir DIRECTORY] [--name NAME]

    Times HamtCore's map of 64-bit keys beside swift-collections' TreeDictionary, and beside the
    libhamt that LIBHAMT=/path/to/libhamt.so names, if any.
    """

  struct Invalid: Error, CustomStringConvertible {
    let description: String
  }

  init(_ arguments: [String]) throws {
    var rest = arguments[...]
    while let option = rest.popFirst() {
      guard let value = rest.popFirst() else { throw Invalid(description: "\(option): no value") }
      switch option {
      case "--sizes":
        sizes = try value.split(separator: ",").map { text in
          // Below nine entries there is no trie, and the sample of a tenth would be empty below ten.
          guard let size = Int(text), size >= 10 else {
            throw Invalid(description: "'\(text)' is no size of 10 or more")
          }
          return size
        }
      case "--seconds":
        guard let number = Double(value), number >= 0 else {
          throw Invalid(description: "'\(value)' is no time")
        }
        seconds = number
      case "--output-dir": outputDirectory = value
      case "--name": name = value
      default: throw Invalid(description: "no option \(option)")
      }
    }
  }
}
