<?php
namespace App;
class NotFound extends \RuntimeException {}
interface Repo { public function get(string $id, array $opts); }
class Sql implements Repo {
  public static function make(): self { return new self; }
  public function get(string $id, array $opts) { return $this->query("select\n1", new \stdClass, null, 3.5, true); }
  private function query(...$a) { throw new NotFound("row missing\nfor id\n\n#0 looks like a frame"); }
  public function __toString(): string { return "s"; }
}
function run(Repo $r) { try { return $r->get("a'b", ['x' => 1]); } catch (NotFound $e) { throw new \LogicException("", 3, $e); } }
$f = function (Repo $r) { return array_map(fn($x) => run($x), [$r]); };
try { $f(Sql::make()); } catch (\Throwable $e) { error_log("caught: $e"); error_log((string)$e); error_log($e->getMessage()); error_log($e->getTraceAsString()); echo $e, "\n"; echo "after\n"; }
$f(Sql::make());
