// SPDX-License-Identifier: Apache-2.0

/// What libFuzzer calls, over and over, with strings of bytes that it makes up.

/// Runs one program. A problem ends the process, which is how libFuzzer learns of it.
@c(LLVMFuzzerTestOneInput)
public func fuzzerTestOneInput(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let outcome = Program.run(UnsafeRawBufferPointer(start: bytes, count: count))
  if let problem = outcome.problem { fatalError(problem) }
  return 0
}
