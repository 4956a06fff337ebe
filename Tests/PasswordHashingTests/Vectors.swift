import PasswordHashing

/// Hashes of ``phrase`` that other programs made: argon2-cffi, bcrypt and passlib of Python, hashlib, and crypt(3).
enum Vectors {
    static let phrase = "correct horse battery staple"

    static let argon2id =
        "$argon2id$v=19$m=1024,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$RC5JY/00hXKlnXZ/+PCVcJg84nuCQwbjIQ3DVCTomOQ"
    static let argon2idFourLanes =
        "$argon2id$v=19$m=2048,t=3,p=4$c2FsdHNhbHQ$"
        + "GFTAmX98Fush9B+noUYzJyckmqYytsInpP39oR93YXMIaIFKtvNBb4ln1Bpx4yUi1JuXMG8jlHUMLDt71jdn3g"
    static let argon2i =
        "$argon2i$v=19$m=1024,t=3,p=1$c2FsdHNhbHRzYWx0c2FsdA$5qBy0X57sFuFimhPfthrZGFk2obe4UNA6vZYwB8DRb0"
    static let argon2d =
        "$argon2d$v=19$m=1024,t=3,p=1$c2FsdHNhbHRzYWx0c2FsdA$Uajqa6P49W4wlsmSDXQ4Gxuyjlt+M7smQQuuWp0/wyQ"
    static let bcrypt = "$2b$05$RJNo.uY3tI4aL.sV0tJokezA41zAKOh9JTZg9AAIp8J3XNvUQV4cG"
    /// Of 72 times `a`.
    static let bcryptOf72 = "$2b$05$RJNo.uY3tI4aL.sV0tJokeX4/1f0n.FmKrMHvIwb72G1Bgbq0oFl2"
    static let yescrypt = "$y$j75$LdJMENpBABJJ3hIHjB1Bi.$qYexDEDfF3m8o.Wvs2FJ6Fnm2ifFSy7DjwT1tvliZsD"
    static let yescryptDefault = "$y$j9T$LdJMENpBABJJ3hIHjB1Bi.$cDrxvtkkHo7nIlMVuiSyw4kuoenILn1wH2UF040oTa0"
    static let sha512Crypt =
        "$6$saltstring$"
        + "qvPJY4PeugKzKQqyIJ0gRdJnpS0uaaiZ.X1SaheFedsK/yZPwlluTLS90fJPM41sD5JxCHKgGr1..qt5HqEY8."
    static let sha512CryptRounds =
        "$6$rounds=1400$anotherlongsalts$"
        + "DY8ofsHFwr6qUPLa1CEoQGwXJoRil1PKmXBbSOenTcLcsBy4jAfIOZdnnEP.DV9c9SkLwknNyyn0xLnV6Ykmu1"
    static let scrypt = "$scrypt$ln=12,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$BLi/oY39hBw/owpoCnC4inJjwRWuJsDnBNlE+UjmY6s"
    static let scryptThreeLanes =
        "$scrypt$ln=11,r=8,p=3$MDEyMzQ1Njc4OWFiY2RlZg$4QH0sRBIy3cS9pLpmfVR9dv4TEa8tl8Z8A7Hkfvpm5c"
    static let pbkdf2SHA256 = "$pbkdf2-sha256$1200$//79MDEyMzQ1Njc4OWFiYw$SNqdjeMSaRCSNFRxUxE2HMjvVj6tdaEGJnpPVCwxHUA"
    static let pbkdf2SHA512 =
        "$pbkdf2-sha512$1300$//79MDEyMzQ1Njc4OWFiYw$"
        + "A9SZvT.sWIzt3sUpfEKd0WIlogUAy.4D84K7vYhxD8IVXZqTwyBBCs5VtmSvA9VKsdTtGRS1/C.wsPvycokRmA"
    static let djangoSHA256 = "pbkdf2_sha256$1500$seasalt2025X$Op0txmPpr+G/P6Qwo4PgdyIHhRAXrujW+k0deNiq3pQ="
    static let djangoSHA512 =
        "pbkdf2_sha512$1600$seasalt2025X$"
        + "hjkFCTUPvwBL6u3arEDL7ZZUx6DTEwnDJ/mIxaPT0P90XFP34eoqTA/haLwHAVwrQdXHfVqNFPJJmj6Y+erx0A=="

    /// The example of github.com/firebase/scrypt; the password is `user1password`.
    static let firebase =
        "$firebase-scrypt$ln=14,r=8,"
        + "sk=jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==,ss=Bw==$"
        + "42xEC+ixf3L2lw==$"
        + "lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ=="

    static let all: [(String, PasswordScheme)] = [
        (argon2id, .argon2id), (argon2idFourLanes, .argon2id), (argon2i, .argon2i), (bcrypt, .bcrypt),
        (bcrypt.replacingPrefix(with: "$2a$"), .bcrypt), (bcrypt.replacingPrefix(with: "$2y$"), .bcrypt),
        (yescrypt, .yescrypt), (yescryptDefault, .yescrypt), (sha512Crypt, .sha512Crypt),
        (sha512CryptRounds, .sha512Crypt), (scrypt, .scrypt), (scryptThreeLanes, .scrypt),
        (pbkdf2SHA256, .pbkdf2SHA256), (pbkdf2SHA512, .pbkdf2SHA512), (djangoSHA256, .pbkdf2SHA256),
        (djangoSHA512, .pbkdf2SHA512),
    ]
}

extension String {
    fileprivate func replacingPrefix(with prefix: String) -> String { prefix + dropFirst(prefix.count) }
}
