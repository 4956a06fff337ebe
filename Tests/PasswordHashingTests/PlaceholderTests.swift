import Testing

@testable import PasswordHashing
