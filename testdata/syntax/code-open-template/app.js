exports.handler = async (e) => `a ${e.b + `c ${d` }
class { static #x = ; }
