#include "textflag.h"

// The kernel enters with the signal in R0, *siginfo_t in R1, *ucontext_t in R2.
// All other registers are saved in the frame it made: they are free.
TEXT ·signalEntry(SB), NOSPLIT|NOFRAME, $0
	MOVWU 8(R1), R3            // si_code
	MOVWU 16(R1), R4           // si_pid
	ORR   R3<<32, R4, R4
	MOVD  $·senders(SB), R5
	MOVWU R0, R6
	ADD   R6<<3, R5, R5
	MOVD  R4, (R5)
	MOVD  ·runtimeHandler(SB), R6
	JMP   (R6)

TEXT ·entryAddress(SB), NOSPLIT, $0-8
	MOVD $·signalEntry(SB), R3
	MOVD R3, ret+0(FP)
	RET
